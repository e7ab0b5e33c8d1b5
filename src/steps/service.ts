import { fpmFolder, fpmSettings } from '../model/fpm-paths.ts'
import { LOADED } from '../model/record.ts'
import type { Load } from '../model/resource.ts'
import { markWords } from '../shell/loaded.ts'
import { program } from '../shell/program.ts'
import { recordsOf } from './keep.ts'
import { EXIT_BAD_CONFIGURATION, EXIT_NOT_LOADED, type StepOf, type StepSort } from './step.ts'

// What the master runs with may be older than the definition, and wait longer than it says.
const FPM_PATIENCE = 300

// Starts a service, or makes a running one load its configuration.
export const serviceStep: StepSort<'service'> = {
  long: false,
  shell(step, place) {
    const loads: readonly Load[] = [step, ...step.precedes]
    const [mark_by, mark_path] = markWords(step.mark)
    return program('step-service', {
      ...recordsOf(place),
      unit: step.unit,
      does: step.does,
      mark_by,
      mark_path,
      configuration: [step.configuration.length === 0 ? ['/nonexistent'] : step.configuration],
      loads: loads.flatMap(testRow),
      changes: [...new Set(loads.flatMap(({ changes }) => changes))].map((path) => [path]),
      pools: step.pools.map(({ name, socket }) => [name, socket]),
      patience: step.patience,
      load_limit: step.mark.by === 'pid-file' ? 15 + Math.max(step.patience, FPM_PATIENCE) : 15,
      nginx_patience: step.waitForNginx,
      settings: settingsOf(step),
      finish_then_load: program('finish-then-load'),
      loaded: LOADED,
      exit_bad_configuration: EXIT_BAD_CONFIGURATION,
      exit_not_loaded: EXIT_NOT_LOADED,
    })
  },
}

function testRow({ test }: Load): string[][] {
  switch (test.program) {
    case 'nginx':
      return [['nginx', '', '']]
    case 'php-fpm':
      return [['php-fpm', test.version, fpmFolder(test.version)]]
    case 'none':
      return []
  }
}

// The file that says process_control_timeout; nothing where no master of FPM is to load.
function settingsOf({ mark, test }: StepOf<'service'>): string {
  return mark.by === 'pid-file' && test.program === 'php-fpm' ? fpmSettings(test.version) : ''
}
