import { appPaths } from '../model/app-paths.ts'
import { program } from '../shell/program.ts'
import { SUPERVISOR } from '../shell/supervisor.ts'
import { recordsOf } from './keep.ts'
import { EXIT_BAD_CONFIGURATION, type StepSort } from './step.ts'

// Brings supervisor to what lies on disk for the programs of one app.
export const programsStep: StepSort<'programs'> = {
  long: false,
  shell: ({ app, programs, changes }, place) =>
    program('step-programs', {
      ...recordsOf(place),
      ...SUPERVISOR,
      app,
      programs,
      count: programs.length,
      logs: `${appPaths(app).current}/storage/logs`,
      changes: changes.map((path) => [path]),
      drain: program('drain', SUPERVISOR),
      exit_bad_configuration: EXIT_BAD_CONFIGURATION,
    }),
}
