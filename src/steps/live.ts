import { appPaths, releasePaths } from '../model/app-paths.ts'
import { RELEASES } from '../model/record.ts'
import { bytesInto } from '../shell/document.ts'
import { quote, words } from '../shell/quote.ts'
import { runAs } from '../shell/run-as.ts'
import type { StepOf, StepSort } from './step.ts'

// What makes a release live, in moments that all servers take together. `current` is
// moved by rename(2) alone. Between `switch` and `confirm` a timer of the server itself
// leads back: a controller that was killed and a cut cable leave no two releases.
export const liveStep: StepSort<'live'> = {
  long: false,
  shell(step) {
    return [...preamble(step), ...DOES[step.does](step)].join('\n')
  },
}

type Step = StepOf<'live'>

function preamble({ app, release }: Step): string[] {
  return [
    `mkdir -p -m 0700 ${words(RELEASES, `${RELEASES}/${app}`)} && cd ${quote(releasePaths(app, release).record)} || ` +
      `exit 1`,
    `exec 7>>../.switch && flock -w 30 7 || { echo 'current is being switched by somebody else' >&2; exit 1; }`,
    `live() { readlink -- ${quote(appPaths(app).current)}; }`,
    ...leadBack(app),
  ]
}

// Each release has its own: one that is made ready must not stop another's way back.
const timerUnit = (app: string, release: string) => `flight-revert-${app}-${release}`

// Shell that lets the server lead back by itself so many seconds from now, unless it is confirmed.
function timer(app: string, release: string, seconds: number): string[] {
  const unit = timerUnit(app, release)
  return [
    `systemctl stop ${quote(`${unit}.timer`)} 2>/dev/null`,
    `systemd-run --quiet --collect --unit=${quote(unit)} ` +
      `--description=${quote(`Flight: ${release} of ${app} is not confirmed, back to what was before`)} ` +
      `--on-active=${seconds} --timer-property=AccuracySec=1s /bin/sh "$PWD/revert" 7>&- >&2 || exit 1`,
  ]
}

// Shell function `lead TARGET`: where `current` points to; nothing: to no release.
function leadBack(app: string): string[] {
  const { base } = appPaths(app)
  const inside =
    `cd -P -- ${quote(base)} || exit 1; if [ -z "$1" ]; then exec rm -f -- current; fi; rm -f -- ` +
    `.flight/back && ln -s -- "$1" .flight/back && exec mv -fT -- .flight/back current`
  return [`lead() { runuser -u ${quote(app)} -- env -i PATH=/usr/bin:/bin sh -c ${quote(inside)} sh "$1" 7>&-; }`]
}

const DOES: Record<Step['does'], (step: Step) => string[]> = {
  // What the release holds now is all that it came with: whatever is there later and not now, somebody put there.
  ready: ({ app, release, back }) => [
    // Of one that was live before, what was put there since is not what it came with.
    `[ -s lives ] && [ -e files ] || { ` +
      `${runAs(app, `cd ${quote(releasePaths(app, release).folder)} && find . -type f -printf '%s %T@ %P\\0'`)} ` +
      `7>&- | ` +
      `LC_ALL=C sort -z >files.new && mv -f files.new files; } || exit 1`,
    `${runAs(
      app,
      `cd -P ${quote(appPaths(app).base)} && rm -f -- .flight/next && ln -s ` +
        `${quote(`releases/${release}`)} .flight/next`,
    )} 7>&- || exit 1`,
    bytesInto('revert', revertScript(step(app, release))),
    // Already here: whatever ends the shell that switches, somebody
    // leads back. Other servers may take their time until then.
    ...timer(app, release, 2 * back),
  ],
  switch: ({ app, release, back }) => [
    `was=$(live)`,
    `if [ "$was" != ${quote(`releases/${release}`)} ]; then`,
    `  rm -f confirmed settled was; printf '%s' "$was" >armed.new && sync armed.new && mv -f armed.new armed || exit 1`,
    `  ${runAs(app, `cd -P ${quote(appPaths(app).base)} && exec mv -fT -- .flight/next current`)} 7>&- || exit 1`,
    `  [ -e before ] || printf '%s\\n' "\${was#releases/}" >before; date +%s.%N >>lives`,
    `elif [ ! -e confirmed ] && [ ! -e armed ]; then echo ` +
      `${quote(`${release} is live here, and nobody noted what was before it`)} >&2; fi`,
    `[ ! -e confirmed ] || exit 0`,
    ...timer(app, release, back),
  ],
  confirm: ({ app, release }) => [
    `[ "$(live)" = ${quote(`releases/${release}`)} ] || { echo 'the server went back by itself: nobody confirmed in ` +
      `time' >&2; exit 1; }`,
    `: >confirmed && sync confirmed && { [ ! -e armed ] || mv -f armed was; } || exit 1`,
    `systemctl stop ${quote(`${timerUnit(app, release)}.timer`)} 2>/dev/null; :`,
  ],
  back: ({ app, release, previous }) => [
    `systemctl stop ${quote(`${timerUnit(app, release)}.timer`)} 2>/dev/null`,
    `if [ "$(live)" = ${quote(`releases/${release}`)} ]; then`,
    `  if [ -e armed ]; then lead "$(cat armed)" || exit 1`,
    `  elif [ -e was ]; then lead "$(cat was)" || exit 1`,
    ...(previous === release
      ? []
      : [`  else lead ${quote(previous === null ? '' : `releases/${previous}`)} || exit 1`]),
    `  fi`,
    `fi`,
    `rm -f armed was confirmed settled`,
  ],
  settle: () => [`[ -s good ] || { date +%s >good.new && mv -f good.new good; } || exit 1`, `: >settled`],
}

const step = (app: string, release: string): Step => ({
  step: 'live',
  app,
  release,
  does: 'back',
  previous: null,
  back: 0,
})

// What the server does by itself when nobody confirms.
function revertScript(of: Step): string {
  return [
    ...preamble(of),
    `[ -e armed ] || exit 0`,
    `if [ "$(live)" = ${quote(`releases/${of.release}`)} ]; then lead "$(cat armed)" || exit 1; fi`,
    `rm -f armed was confirmed settled; date +%s >reverted`,
    '',
  ].join('\n')
}
