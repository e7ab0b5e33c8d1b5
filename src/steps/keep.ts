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
    `  if [ -e ${at} ] || [ -L ${at} ]; then cp -a -- ${at} ${kept}.part && mv -fT ${kept}.part ${kept}; else : ` +
      `>${kept}.absent; fi || exit 1`,
    `fi`,
  ].join('\n')
}

// Notes in the manifest that Flight is about to write this content: before the rename, so that a crash between the two
// shows a file that is not as recorded rather than one that looks like somebody else's. A line that a full disk or a
// power cut left half written is closed first, so that it does not spoil this one.
export function recordShell(path: string, sha256: string, scope: string): string {
  return (
    `{ [ -z "$(tail -c 1 ${MANIFEST} 2>/dev/null)" ] || echo; printf '%s\\t%s\\t%s\\n' ${quote(sha256)} ` +
    `${quote(scope)} ${quote(path)}; } >>${MANIFEST} || exit 1`
  )
}

// Shell function `put_back KEPT PATH`: what was kept of a path, and the manifest's word on it: what Flight wrote before
// is Flight's again, what somebody else wrote is somebody else's again.
const PUT_BACK = [
  `put_back() {`,
  `  if [ -e "$1" ] && ! cmp -s -- "$1" "$2" || [ -L "$1" ] || { [ -e "$1.absent" ] && [ -e "$2" ]; }; then`,
  `    new=$(sha256sum -- "$2" 2>/dev/null | cut -c1-64)`,
  `    if [ -e "$1.absent" ]; then rm -f -- "$2"; else cp -a -- "$1" "$2.flight-back" && mv -fT -- "$2.flight-back" ` +
    `"$2"; fi`,
  `    line=$(path="$2" awk -F '\\t' -v new="$new" '$3==ENVIRON["path"] && $1!=new {last=$0} END {print last}' ` +
    `${MANIFEST})`,
  `    [ -n "$line" ] || line=$(printf '%s\\t%s\\t%s' ${'0'.repeat(64)} ${FORGOTTEN} "$2")`,
  `    printf '%s\\n' "$line" >>${MANIFEST}`,
  `  fi`,
  `}`,
]

// Puts back what this plan found at its paths.
export function putBackShell(paths: readonly string[], place: StepPlace): string[] {
  return paths.length === 0
    ? []
    : [...PUT_BACK, ...paths.map((path) => `put_back ${quote(keptPath(path, place))} ${quote(path)}`)]
}

// Shell function `put_back_older TEST FOLDERS MOMENT`: what earlier plans wrote below
// these folders since a moment (seconds since 1970, that of the last load), newest plan
// first, until the test passes: a run that was cut off may have left it there unloaded.
export const PUT_BACK_OLDER = [
  ...PUT_BACK,
  `put_back_older() {`,
  `  [ -n "$3" ] || return 0`,
  `  for plan in $(ls -1t ${KEPT} 2>/dev/null); do`,
  `    "$1" >/dev/null 2>&1 && return 0`,
  `    for folder in $2; do find "${KEPT}/$plan$folder" ! -type d -newerct "@$3" 2>/dev/null; done ` +
    `>/run/flight-kept.$$`,
  `    while IFS= read -r kept; do kept=\${kept%.absent}; put_back "$kept" "\${kept#${KEPT}/"$plan"}"; done ` +
    `</run/flight-kept.$$; rm -f /run/flight-kept.$$`,
  `  done`,
  `}`,
]
