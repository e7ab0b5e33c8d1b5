import { LOADED } from '../model/record.ts'
import type { ConfigurationTest } from '../model/service.ts'
import { configurationDigest, loadedMark, loadIdentity, newestChange } from '../shell/loaded.ts'
import { quote } from '../shell/quote.ts'
import { putBackShell } from './keep.ts'
import { EXIT_BAD_CONFIGURATION, EXIT_NOT_LOADED, type StepOf, type StepPlace, type StepSort } from './step.ts'

// Starts a service, or makes a running one load its configuration: the test first (a bad configuration plus a reload
// kills FPM's master), then the reload, then proof that the load really moved. What was loaded is noted.
export const serviceStep: StepSort<'service'> = {
  long: false,
  shell(step, place) {
    const unit = quote(step.unit)
    const load = loadIdentity(step.mark)
    const start = `systemctl enable --quiet ${unit} && systemctl start ${unit} || { ${tellStatus(unit)}; exit 1; }`
    return [
      ...testShell(step, place),
      `digest=$(${configurationDigest(step.configuration.length === 0 ? ['/nonexistent'] : step.configuration)})`,
      ...(step.does === 'start' ? [start, ...ifUnloaded(step, reloadShell(step))] : reloadShell(step)),
      `systemctl is-active --quiet ${unit} || { echo 'it does not run afterwards' >&2; ${tellStatus(unit)}; exit 1; }`,
      ...(step.mark.by === 'none' ? [] : [`mkdir -p ${LOADED} && printf '%s %s\\n' "$(${load})" "$digest" >${LOADED}/${unit}.new && mv -fT ${LOADED}/${unit}.new ${LOADED}/${unit}`]),
    ].join('\n')
  },
}

// Loads, and waits until the load has really moved.
function reloadShell({ unit, mark }: StepOf<'service'>): string[] {
  const load = loadIdentity(mark)
  const reload = `systemctl reload-or-restart ${quote(unit)} || { ${tellStatus(quote(unit))}; exit 1; }`
  if (mark.by === 'none') return [reload]
  return [
    `before=$(${load})`,
    reload,
    `n=0; while [ "$(${load})" = "$before" ] && [ $n -lt 150 ]; do n=$((n+1)); sleep 0.1; done`,
    `[ "$(${load})" != "$before" ] || { echo 'the reload was asked for, and the service did not load anything within 15 s' >&2; exit ${EXIT_NOT_LOADED}; }`,
  ]
}

// A package starts its service by itself, perhaps before the last file of its configuration was there: then it loads again.
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

function testShell(step: StepOf<'service'>, place: StepPlace): string[] {
  const test = testCommand(step.test)
  if (test === undefined) return []
  return [
    `if ! said=$(${test} 2>&1); then`,
    `  printf '%s\\n' "$said" | tail -n 20 >&2`,
    ...putBackShell(step.changes, place),
    `  exit ${EXIT_BAD_CONFIGURATION}`,
    `fi`,
  ]
}

function testCommand(test: ConfigurationTest): string | undefined {
  switch (test.program) {
    case 'nginx':
      return 'nginx -t -q'
    case 'php-fpm':
      return `${quote(`php-fpm${test.version}`)} -t`
    case 'none':
      return undefined
  }
}
