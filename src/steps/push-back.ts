import { basename, dirname } from 'node:path/posix'
import { pushesPath, pushUnit, releasePaths } from '../model/app-paths.ts'
import { CACHED, forgetCachedShell } from '../shell/cached-configuration.ts'
import { quote } from '../shell/quote.ts'
import { runAs } from '../shell/run-as.ts'
import type { StepOf } from './step.ts'

type Step = StepOf<'push'>

const FILES = CACHED.map(({ file }) => file).join(' ')

// The first state counts: what a run that goes on finds cached may be of the file that is pushed.
export const KEEP_CACHED =
  `for f in ${FILES}; do [ ! -f "$f.php" ] || [ -e ".flight-was-$f.php" ] || cp -p -- ` +
  `"$f.php" ".flight-was-$f.php" || exit 1; done`

const beside = (path: string) => quote(`.flight-${basename(path)}.new`)

// What an app puts in the way, a pipe for example, holds nobody up for longer.
export const quick = (command: string) => `timeout -k 5 30 ${command}`

// Writes what comes through a pipe beside the file, by the app's own user
// and into nothing that was there before: it is on the disk when this ends.
export function writeBeside({ app, path }: Pick<Step, 'app' | 'path'>): string {
  return runAs(
    app,
    `cd -P -- ${quote(dirname(path))} && umask 077 && rm -rf -- ${beside(path)} && exec dd of=${beside(path)} ` +
      `conv=excl,fsync oflag=nofollow iflag=fullblock bs=1M status=none`,
  )
}

// Brings what lies beside into the file's place; `otherwise` where there is nothing, with `argument` as $1.
export function renameShell({ app, path }: Pick<Step, 'app' | 'path'>, otherwise: string, argument: string): string {
  return `${quick(
    `${runAs(
      app,
      `cd -P -- ${quote(dirname(path))} || exit 1; if [ -e ${beside(path)} ]; then exec ` +
        `mv -fT -- ${beside(path)} ${quote(basename(path))}; fi; ${otherwise}`,
    )} sh ${argument}`,
  )} 7>&-`
}

export function withRelease({ app, live }: Step, lines: (folder: string) => string[]): string[] {
  return live === null ? [':'] : lines(releasePaths(app, live).folder)
}

// Something done by the app's user where its release caches its configuration, if it does.
export function inCache({ app }: Step, folder: string, script: string): string {
  return `${quick(runAs(app, `cd -P -- ${quote(`${folder}/bootstrap/cache`)} 2>/dev/null || exit 0; ${script}`))} 7>&-`
}

// Lets the server lead back by itself so many seconds from now, unless it is confirmed; until it is done.
export function timerShell({ app, id, back }: Step): string[] {
  const unit = pushUnit(app, id)
  return [
    `systemctl stop ${quote(`${unit}.timer`)} 2>/dev/null`,
    `systemd-run --quiet --collect --unit=${quote(unit)} ` +
      `--description=${quote(`Flight: the environment file of ${app} is not confirmed, back to what was before`)} ` +
      `--on-active=${back} --timer-property=AccuracySec=1s --property=Restart=on-failure --property=RestartSec=10 ` +
      `/bin/sh ` +
      `"$PWD/revert" 7>&- >&2 || exit 1`,
  ]
}

// Puts back what lay there before, with what was cached of it.
export function backShell(step: Step): string[] {
  const { app, path, socket } = step
  return [
    `if [ -e armed ] || [ -e confirmed ]; then`,
    `  if [ -e none ]; then ` +
      `${quick(runAs(app, `cd -P -- ${quote(dirname(path))} && exec rm -f -- ${quote(basename(path))}`))} 7>&- || ` +
      `exit 1`,
    `  elif [ -e was ]; then { ${quick(writeBeside(step))} 7>&-; } <was && ${renameShell(step, 'exit 1', '')} || ` +
      `exit 1`,
    `  else echo ${quote(`what lay at ${path} before is not kept`)} >&2; exit 1; fi`,
    ...withRelease(step, (folder) => [
      `  ${inCache(
        step,
        folder,
        `rm -f -- .flight-new-*.php; for f in ${FILES}; do [ ! -f ".flight-was-$f.php" ] ` +
          `|| mv -fT -- ".flight-was-$f.php" "$f.php" || exit 1; done`,
      )} || exit 1`,
      ...(socket === null
        ? []
        : [`  if [ -S ${quote(socket)} ]; then`, ...forgetCachedShell(folder, socket), `  forget || :; fi`]),
    ]),
    `  [ ! -e parent ] || { cp parent ../at.new && mv -f ../at.new ../at; } || exit 1`,
    // What was started in between has read what does not lie there any more.
    `  if [ -s first ]; then awk -v first="$(cat first)" -v now="$(date +%s.%N)" '$1!="since" || $2+0<first+0; END ` +
      `{print "bad " first " " now}' ../times >../times.new && mv -f ../times.new ../times || exit 1; fi`,
    `  rm -f armed confirmed settled first; : >reverted`,
    `else ${quick(runAs(app, `cd -P -- ${quote(dirname(path))} && exec rm -rf -- ${beside(path)}`))} 7>&-; fi`,
  ]
}

// What the server does by itself when nobody confirms: it waits for
// whoever is at work, and sees then whether it is still wanted.
export function revertScript(step: Step): string {
  return [
    `umask 077; cd ${quote(`${pushesPath(step.app)}/${step.id}`)} && exec 7>>../.lock && flock 7 || exit 1`,
    `[ -e armed ] || exit 0`,
    ...backShell(step),
    '',
  ].join('\n')
}
