import { LOADED } from '../model/record.ts'
import type { ConfigurationTest } from '../model/service.ts'
import { configurationDigest, loadedMark, newestChange } from '../shell/loaded.ts'
import { quote } from '../shell/quote.ts'
import { keptPath } from './keep.ts'
import { EXIT_BAD_CONFIGURATION, EXIT_NOT_LOADED, type StepOf, type StepPlace, type StepSort } from './step.ts'

// Starts a service, or makes a running one load its configuration: the test first (a bad configuration plus a reload
// kills FPM's master), then the reload, then proof that the load really moved. What was loaded is noted.
export const serviceStep: StepSort<'service'> = {
  long: false,
  shell(step, place) {
    const unit = quote(step.unit)
    const mark = loadedMark(step.mark)
    const load =
      step.does === 'start'
        ? [`systemctl enable --quiet ${unit} && systemctl start ${unit} || { systemctl status --no-pager --lines=10 ${unit} >&2; exit 1; }`]
        : [
            `before=$(${mark})`,
            `systemctl reload-or-restart ${unit} || { systemctl status --no-pager --lines=10 ${unit} >&2; exit 1; }`,
            ...(step.mark.by === 'none' ? [] : [`n=0; while [ "$(${mark})" = "$before" ] && [ $n -lt 150 ]; do n=$((n+1)); sleep 0.1; done`,
            `[ "$(${mark})" != "$before" ] || { echo 'the reload was asked for, and the service did not load anything within 15 s' >&2; exit ${EXIT_NOT_LOADED}; }`]),
          ]
    return [
      ...testShell(step, place),
      `digest=$(${configurationDigest(step.configuration.length === 0 ? ['/nonexistent'] : step.configuration)})`,
      ...load,
      ...(step.does === 'start' ? loadIfNewer(step, mark) : []),
      `systemctl is-active --quiet ${unit} || { echo 'it does not run afterwards' >&2; systemctl status --no-pager --lines=10 ${unit} >&2; exit 1; }`,
      ...(step.mark.by === 'none' ? [] : [`mkdir -p ${LOADED} && printf '%s %s\\n' "$(${mark})" "$digest" >${LOADED}/${unit}.new && mv -fT ${LOADED}/${unit}.new ${LOADED}/${unit}`]),
    ].join('\n')
  },
}

// A package starts its service by itself, perhaps before the last file of its configuration was there: then it loads again.
function loadIfNewer(step: StepOf<'service'>, mark: string): string[] {
  if (step.mark.by === 'none') return []
  return [
    `loaded=$(${mark} | cut -d' ' -f1); newest=$(${newestChange(step.configuration)} | cut -f1)`,
    `if [ -n "$loaded" ] && [ -n "$newest" ] && awk -v a="$newest" -v b="$loaded" 'BEGIN {exit !(a > b)}'; then`,
    `  systemctl reload ${quote(step.unit)} || exit 1; sleep 0.5`,
    `fi`,
  ]
}

function testShell(step: StepOf<'service'>, place: StepPlace): string[] {
  const test = testCommand(step.test)
  if (test === undefined) return []
  const putBack = step.changes.flatMap((path) => {
    const kept = quote(keptPath(path, place))
    return [
      `  if [ -e ${kept} ] || [ -L ${kept} ]; then cp -a -- ${kept} ${quote(`${path}.flight-back`)} && mv -fT ${quote(`${path}.flight-back`)} ${quote(path)};`,
      `  elif [ -e ${kept}.absent ]; then rm -f -- ${quote(path)}; fi`,
    ]
  })
  return [
    `if ! said=$(${test} 2>&1); then`,
    `  printf '%s\\n' "$said" | tail -n 20 >&2`,
    ...putBack,
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
