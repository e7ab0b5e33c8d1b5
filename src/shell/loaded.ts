import type { ConfigurationMark } from '../model/service.ts'

// A mark as the functions of src/remote/lib-loaded.sh take it.
export function markWords(mark: ConfigurationMark): [by: string, path: string] {
  switch (mark.by) {
    case 'none':
      return ['none', '']
    case 'pid-file':
      return ['pid-file', mark.path]
    case 'newest-worker':
      return ['newest-worker', mark.pidFile]
  }
}
