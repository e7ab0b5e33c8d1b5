import type { AppInput } from '../../src/features/feature.ts'
import type { App, AppServer, Program } from '../../src/model/definitions.ts'
import type { Resource, ResourceOf } from '../../src/model/resource.ts'
import { app, cluster, on, server } from '../support/builders.ts'
import { BOOKWORM } from '../support/memory/bookworm.ts'

// A program of an app: a queue or a daemon.
export const aProgram = (name: string, command: string, workers = 1, stopWaitTimeout = 3600): Program => ({
  name,
  command,
  workers,
  stopWaitTimeout,
})

// An app on web-1 with nothing but what a test says of it.
export function appOn(there: Partial<AppServer>, more: Partial<App> = {}): AppInput {
  return {
    app: app('shop', [], { domains: [], linkedDirs: [], linkedFiles: [], ...more }),
    on: on('web-1', { web: undefined, ...there }),
    cluster: cluster(),
    server: server('web-1'),
    system: BOOKWORM,
  }
}

// The one file among resources.
export function fileIn(resources: readonly Resource[]): ResourceOf<'file'> {
  const [file, ...others] = resources.filter((each): each is ResourceOf<'file'> => each.kind === 'file')
  if (file === undefined || others.length > 0) throw new Error(`${others.length + (file === undefined ? 0 : 1)} files`)
  return file
}

// The programs among resources.
export function programsIn(resources: readonly Resource[]): ResourceOf<'programs'> {
  const found = resources.find((each): each is ResourceOf<'programs'> => each.kind === 'programs')
  if (found === undefined) throw new Error('no programs')
  return found
}
