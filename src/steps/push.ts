import { basename, dirname } from 'node:path/posix'
import { pushesPath, pushUnit, releasePaths } from '../model/app-paths.ts'
import { OPCACHE_SCRIPT, RELEASES } from '../model/record.ts'
import { program, type Values } from '../shell/program.ts'
import type { StepOf, StepSort } from './step.ts'

// The largest environment file that is taken.
const MOST = 1_048_576

// How many earlier files are kept.
const KEPT = 5

type Step = StepOf<'push'>

// The parts of a push of an environment file.
export const pushStep: StepSort<'push'> = {
  long: false,
  shell(step) {
    const values = pushOf(step)
    switch (step.does) {
      case 'stage':
        return program('step-push-stage', { ...values, content: step.content?.reveal() ?? '', back: step.back })
      case 'write':
        return program('step-push-write', {
          ...values,
          path: step.path,
          undoes: step.undoes ?? '',
          revert: `${program('push-revert', backOf(step))}\n`,
          most: MOST + 1,
          back: step.back,
        })
      case 'rebuild':
        return program('step-push-rebuild', {
          ...values,
          live: step.live ?? '',
          search: step.search === '' ? '/usr/bin:/bin' : step.search,
        })
      case 'show':
        return program('step-push-show', { ...values, ...opcacheOf(step) })
      case 'confirm':
        return program('step-push-confirm', { ...values, undoes: step.undoes ?? '', releases: RELEASES })
      case 'settle':
        return program('step-push-settle', { ...values, keep: KEPT })
      case 'back':
        return program('step-push-back', backOf(step))
    }
  },
}

// What src/remote/lib-push.sh is given.
function pushOf({ app, id, path, live }: Step): Values {
  return {
    app,
    id,
    folder: dirname(path),
    name: basename(path),
    release_folder: live === null ? '' : releasePaths(app, live).folder,
    pushes: pushesPath(app),
    unit: pushUnit(app, id),
  }
}

function backOf(step: Step): Values {
  return { ...pushOf(step), ...opcacheOf(step), path: step.path }
}

function opcacheOf({ socket }: Step): Values {
  return { socket: socket ?? '', opcache_script: OPCACHE_SCRIPT }
}
