import { FORGOTTEN, KEPT, MANIFEST, SERVER_FOLDER } from '../model/record.ts'
import { quote } from '../shell/quote.ts'
import type { StepPlace } from './step.ts'

// Where the content that a plan found at a path is kept. `.absent` beside it says that there was none.
export function keptPath(path: string, place: StepPlace): string {
  return `${KEPT}/${place.plan.replace('sha256:', '').slice(0, 12)}${path}`
}

// Keeps what lies at a path before it is replaced, once a plan: doing it again does not overwrite the first.
export function keepShell(path: string, place: StepPlace): string {
  const kept = quote(keptPath(path, place))
  const at = quote(path)
  return [
    `mkdir -p ${SERVER_FOLDER} && mkdir -p -m 0700 ${KEPT} && mkdir -p "$(dirname ${kept})" || exit 1`,
    `if [ ! -e ${kept} ] && [ ! -L ${kept} ] && [ ! -e ${kept}.absent ]; then`,
    `  if [ -e ${at} ] || [ -L ${at} ]; then cp -a -- ${at} ${kept}.part && mv -fT ${kept}.part ${kept}; else : >${kept}.absent; fi || exit 1`,
    `fi`,
  ].join('\n')
}

// Notes in the manifest that Flight is about to write this content: before the rename, so that a crash between the two
// shows a file that is not as recorded rather than one that looks like somebody else's. A line that a full disk or a power
// cut left half written is closed first, so that it does not spoil this one.
export function recordShell(path: string, sha256: string, scope: string): string {
  return `{ [ -z "$(tail -c 1 ${MANIFEST} 2>/dev/null)" ] || echo; printf '%s\\t%s\\t%s\\n' ${quote(sha256)} ${quote(scope)} ${quote(path)}; } >>${MANIFEST} || exit 1`
}

// Puts back what this plan found at its paths, and the manifest's word on each: what Flight wrote before this plan is
// Flight's again, what somebody else wrote is somebody else's again.
export function putBackShell(paths: readonly string[], place: StepPlace): string[] {
  return paths.flatMap((path) => {
    const kept = quote(keptPath(path, place))
    const at = quote(path)
    return [
      `if [ -e ${kept} ] && ! cmp -s ${kept} ${at} || [ -L ${kept} ] || { [ -e ${kept}.absent ] && [ -e ${at} ]; }; then`,
      `  new=$(sha256sum ${at} 2>/dev/null | cut -c1-64)`,
      `  if [ -e ${kept}.absent ]; then rm -f -- ${at}; else cp -a -- ${kept} ${quote(`${path}.flight-back`)} && mv -fT ${quote(`${path}.flight-back`)} ${at}; fi`,
      `  line=$(awk -F '\\t' -v path=${at} -v new="$new" '$3==path && $1!=new {last=$0} END {print last}' ${MANIFEST})`,
      `  [ -n "$line" ] || line=$(printf '%s\\t%s\\t%s' ${'0'.repeat(64)} ${FORGOTTEN} ${at})`,
      `  printf '%s\\n' "$line" >>${MANIFEST}`,
      `fi`,
    ]
  })
}
