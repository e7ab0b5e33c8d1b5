import { appFiles, appPaths } from '../model/app-paths.ts'
import type { App, Program } from '../model/definitions.ts'
import type { Resource } from '../model/resource.ts'
import { render } from '../shell/template.ts'
import { environmentOf, programWords, queueCommand } from './app-command.ts'
import type { AppFeature } from './feature.ts'
import { appFile } from './resources.ts'
import { featureOf } from '../model/feature.ts'

// Queue workers and daemons: a section of supervisor for each single worker, so that adding or changing one leaves the
// others alone. Nothing before the first release: a worker without one only fails.
export const appProgramsFeature: AppFeature = ({ app, on }) => {
  const programs = [
    ...on.queues.map((queue) => ({ ...queue, command: queueCommand(queue.command) })),
    ...on.daemons,
  ].flatMap((program) => workersOf(app, program))
  if (programs.length === 0) return []
  const environment = Object.entries(environmentOf(app))
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')
  const current = appPaths(app.name).current
  const file = appFile(app, 'workers', {
    path: appFiles(app.name).programs,
    content: render('programs.conf', { source: app.file, user: app.name, directory: current, environment, programs }),
  })
  const all: Resource = {
    kind: 'programs',
    name: app.name,
    feature: featureOf('workers', app.name),
    desired: { app: app.name, programs: programs.map(({ name }) => name).sort(), changes: [] },
    awaits: current,
  }
  return [{ ...file, awaits: current }, all]
}

// APP.QUEUE.N: neither an app's name nor a program's has a dot.
function workersOf(
  app: App,
  { name, command, workers, stopWaitTimeout }: Program,
): { name: string; command: string; stopWaitTimeout: number }[] {
  return Array.from({ length: workers }, (_, index) => ({
    name: `${app.name}.${name}.${index + 1}`,
    command: supervisorCommand(programWords(`storage/logs/worker-${name}-${index + 1}.log`, command)),
    stopWaitTimeout,
  }))
}

// Words as supervisor reads them: quoted for Python's shlex; a `%` doubled; and an
// empty pair of quotes before what would begin a comment (a ; or # after any
// space, also one that is half of another letter) or be replaced early (%(here)s).
export function supervisorCommand(list: readonly string[]): string {
  return list
    .map((word) => (/^[A-Za-z0-9_/.-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`))
    .join(' ')
    .replaceAll('%', '%%')
    .replaceAll('%(', "%''(")
    .replace(/(?<=[\s\u0080-\uffff])(?=[;#])/g, "''")
}
