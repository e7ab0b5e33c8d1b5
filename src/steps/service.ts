import { fpmFolder, fpmSettings } from '../model/fpm-paths.ts'
import { LOADED } from '../model/record.ts'
import type { ConfigurationTest } from '../model/service.ts'
import { gentleLoadShell } from '../shell/fpm-load.ts'
import { configurationDigest, loadedMark, loadIdentity, newestChange } from '../shell/loaded.ts'
import { awaitOldWorkersShell, awaitPoolsShell, checkPoolsShell } from '../shell/fpm-pools.ts'
import { quote, words } from '../shell/quote.ts'
import { PUT_BACK_OLDER, putBackShell } from './keep.ts'
import { EXIT_BAD_CONFIGURATION, EXIT_NOT_LOADED, type StepOf, type StepPlace, type StepSort } from './step.ts'

// Starts a service, or makes a running one load its configuration: the tests first (a
// bad configuration plus a reload kills FPM's master), then the reload, then proof that
// the load really moved: the mark, and every pool's own word. What was loaded is noted.
export const serviceStep: StepSort<'service'> = {
  long: false,
  shell(step, place) {
    const unit = quote(step.unit)
    const load = loadIdentity(step.mark)
    const start = `systemctl enable --quiet ${unit} && systemctl start ${unit} || { ${tellStatus(unit)}; exit 1; }`
    return [
      ...testShell(step, place),
      ...awaitOldWorkersShell(step.waitForNginx),
      `since=$(date +%s)`,
      `digest=$(${configurationDigest(step.configuration.length === 0 ? ['/nonexistent'] : step.configuration)})`,
      ...(step.does === 'start' ? [start, ...ifUnloaded(step, reloadShell(step))] : reloadShell(step)),
      `systemctl is-active --quiet ${unit} || { echo 'it does not run afterwards' >&2; ${tellStatus(unit)}; exit 1; }`,
      ...(step.does === 'start' ? [`since=0`] : []),
      ...awaitPoolsShell(step.pools, step.patience),
      ...(step.mark.by === 'none'
        ? []
        : [
            `mkdir -p ${LOADED} && printf '%s %s\\n' "$(${load})" "$digest" >${LOADED}/${unit}.new && mv -fT ` +
              `${LOADED}/${unit}.new ${LOADED}/${unit}`,
          ]),
    ].join('\n')
  },
}

// What the master runs with may be older than the definition, and wait longer than it says.
const FPM_PATIENCE = 300

// Loads, and waits until the load has really moved: FPM's waits for running requests.
function reloadShell({ unit, mark, test, patience }: StepOf<'service'>): string[] {
  const load = loadIdentity(mark)
  const reload = `systemctl reload-or-restart ${quote(unit)} || { ${tellStatus(quote(unit))}; exit 1; }`
  if (mark.by === 'none') return [reload]
  const seconds = mark.by === 'pid-file' ? 15 + Math.max(patience, FPM_PATIENCE) : 15
  return [
    ...(mark.by === 'pid-file' && test.program === 'php-fpm'
      ? gentleLoadShell({ unit, mark, settings: fpmSettings(test.version), patience })
      : [`load_gently() { false; }`]),
    `before=$(${load})`,
    `load_gently || { ${reload}; }`,
    `n=0; while [ "$(${load})" = "$before" ] && [ $n -lt ${seconds * 10} ] && { [ $((n % 10)) -ne 9 ] || systemctl ` +
      `is-active --quiet ${quote(unit)}; }; do n=$((n+1)); sleep 0.1; done`,
    `[ "$(${load})" != "$before" ] || { echo 'the reload was asked for, and the service did not load anything ` +
      `within ${seconds} s' >&2; exit ${EXIT_NOT_LOADED}; }`,
  ]
}

// A package starts its service by itself, perhaps before the
// last file of its configuration was there: then it loads again.
function ifUnloaded({ mark, configuration }: StepOf<'service'>, load: readonly string[]): string[] {
  if (mark.by === 'none') return []
  return [
    `loaded=$(${loadedMark(mark)} | cut -d' ' -f1); newest=$(${newestChange(configuration)} | cut -f1)`,
    `if [ -n "$loaded" ] && [ -n "$newest" ] && awk -v a="$newest" -v b="$loaded" 'BEGIN {exit !(a > b)}'; then`,
    ...load,
    `fi`,
  ]
}

const tellStatus = (quotedUnit: string) => `systemctl status --no-pager --lines=10 ${quotedUnit} >&2`

// All tests before anything loads. When one fails, everything that was to be loaded is put back, and where that is not
// enough what earlier runs left there unloaded.
function testShell(step: StepOf<'service'>, place: StepPlace): string[] {
  const loads = [step, ...step.precedes]
  const tests = loads.flatMap(({ test }, index) => {
    const command = testCommand(test)
    return command === undefined ? [] : [`test_${index}() { ${command}; }`]
  })
  if (tests.length === 0) return []
  const names = loads.flatMap(({ test }, index) => (testCommand(test) === undefined ? [] : [`test_${index}`]))
  return [
    ...(loads.some(({ test }) => test.program === 'php-fpm') ? checkPoolsShell() : []),
    ...tests,
    `if ! said=$({ ${names.join(' && ')}; } 2>&1); then`,
    `  printf '%s\\n' "$said" | tail -n 20 >&2`,
    ...putBackShell([...new Set(loads.flatMap(({ changes }) => changes))], place),
    ...PUT_BACK_OLDER,
    ...loads.flatMap(({ test, configuration, mark }, index) =>
      testCommand(test) === undefined
        ? []
        : [`  put_back_older test_${index} ${quote(words(...configuration))} "$(${loadedMark(mark)} | cut -d' ' -f1)"`],
    ),
    `  exit ${EXIT_BAD_CONFIGURATION}`,
    `fi`,
  ]
}

function testCommand(test: ConfigurationTest): string | undefined {
  switch (test.program) {
    case 'nginx':
      return 'nginx -t -q'
    case 'php-fpm':
      return `{ ${quote(`php-fpm${test.version}`)} -t && check_pools ${quote(fpmFolder(test.version))}; }`
    case 'none':
      return undefined
  }
}
