import { basename, dirname } from 'node:path/posix'
import { appPaths, pushesPath, pushUnit } from '../model/app-paths.ts'
import { RELEASES } from '../model/record.ts'
import { CACHED, forgetCachedShell } from '../shell/cached-configuration.ts'
import { bytesTo } from '../shell/document.ts'
import { quote, words } from '../shell/quote.ts'
import { runAs } from '../shell/run-as.ts'
import {
  backShell,
  inCache,
  KEEP_CACHED,
  quick,
  renameShell,
  revertScript,
  timerShell,
  withRelease,
  writeBeside,
} from './push-back.ts'
import type { StepOf, StepSort } from './step.ts'

// The parts of a push of an environment file. What it holds goes through pipes and lies in two places: in the app's
// folder, written by that app's user, through no link; and below root's records, what it replaced. Between `write` and
// `confirm` a timer of the server itself leads back: a controller that was killed and a cut cable leave no two files.
export const pushStep: StepSort<'push'> = {
  long: false,
  shell(step) {
    return [...preambleOf(step), ...DOES[step.does](step)].join('\n')
  },
}

type Step = StepOf<'push'>

// The largest environment file that is taken.
const MOST = 1_048_576

// How many earlier files are kept.
const KEPT = 5

function preambleOf({ app, id }: Step): string[] {
  const folder = pushesPath(app)
  return [
    `umask 077; mkdir -p -m 0700 ${words(dirname(folder), folder, `${folder}/${id}`)} && cd ` +
      `${quote(`${folder}/${id}`)} || exit 1`,
    `exec 7>>../.lock && flock -w 60 7 || { echo 'the environment file is being changed by somebody else' >&2; exit ` +
      `1; }`,
  ]
}

const DOES: Record<Step['does'], (step: Step) => string[]> = {
  stage: (step) => [
    `[ ! -e confirmed ] || exit 0`,
    // One that nobody leads back any more, since a reboot for example.
    `for other in ../[0-9]*T*Z-*/; do [ "$other" = ${quote(`../${step.id}/`)} ] || [ ! -e "$other/armed" ] || { ` +
      `flock -u 7; /bin/sh "$other/revert" 7>&- && flock -w 60 7 || exit 1; }; done`,
    // What an earlier run has written must not go back while it is written once more.
    `if [ -e armed ]; then`,
    ...timerShell(step),
    `fi`,
    bytesTo(
      `${quick(writeBeside(step))} 7>&- || exit 1`,
      Buffer.from(step.content?.reveal() ?? '', 'base64'),
    ).trimEnd(),
  ],
  write: (step) => [
    `[ ! -e confirmed ] || exit 0`,
    `again=; [ ! -e armed ] || again=1`,
    `if [ -z "$again" ]; then`,
    `  rm -f was none parent first undoes; ${keepShell(step)} || exit 1`,
    `  cat ../at >parent 2>/dev/null || : >parent || exit 1`,
    ...(step.undoes === null ? [] : [`  printf '%s\\n' ${quote(step.undoes)} >undoes || exit 1`]),
    `  ${bytesTo('cat >revert || exit 1', revertScript(step)).trimEnd()}`,
    ...withRelease(step, (folder) => [
      `  ${inCache(step, folder, 'rm -f -- .flight-was-*.php .flight-new-*.php')} || exit 1`,
    ]),
    `  sync parent revert . && : >armed && sync armed || exit 1`,
    `fi`,
    ...timerShell(step),
    `${renameShell(step, `[ -n "$1" ] || { echo 'what was sent is not there any more' >&2; exit 1; }`, '"$again"')} ` +
      `|| exit 1`,
    ...since(),
  ],
  rebuild: (step) =>
    withRelease(step, (folder) => [
      // A program that artisan leaves behind may keep its output open: that goes to a file, and not into our memory.
      `( ulimit -f 204800; exec timeout -k 5 60 ${asApp(step, rebuildScript(folder))} ) >said 2>&1 </dev/null 7>&-; ` +
        `code=$?`,
      `[ $code -eq 0 ] || { printf '%s (exit code %s). What artisan says may show values: it is on this server ` +
        `alone, in %s/said\\n' ${quote(`the configuration that ${step.live ?? ''} caches cannot be made of it`)} ` +
        `"$code" ` +
        `"$PWD" >&2; exit 1; }`,
      `rm -f said`,
    ]),
  show: (step) =>
    withRelease(step, (folder) => [
      `${inCache(
        step,
        folder,
        `for f in ${CACHED.map(({ file }) => file).join(' ')}; do [ ! -f ` +
          `".flight-new-$f.php" ] || mv -fT -- ".flight-new-$f.php" "$f.php" || exit 1; done`,
      )} || exit 1`,
      ...(step.socket === null
        ? []
        : [`if [ -S ${quote(step.socket)} ]; then`, ...forgetCachedShell(folder, step.socket), `forget || exit 1; fi`]),
      // Who was started since the file was renamed may have read what was cached before.
      ...since(),
    ]),
  confirm: (step) => [
    `[ ! -e confirmed ] || exit 0`,
    `[ -e armed ] || { echo 'the server went back by itself: nobody confirmed in time' >&2; exit 1; }`,
    step.undoes === null
      ? `printf '%s\\n' ${quote(step.id)} >../at.new || exit 1`
      : `{ cat ${quote(`../${step.undoes}/parent`)} 2>/dev/null || :; } >../at.new || exit 1`,
    `sync ../at.new && mv -f ../at.new ../at && : >confirmed && sync confirmed && rm -f armed || exit 1`,
    // What follows from an earlier one follows from this one now.
    `for other in ../[0-9]*T*Z-*/; do [ "$other" = ${quote(`../${step.id}/`)} ] || [ ! -e "$other/confirmed" ] || : ` +
      `>"$other/settled"; done`,
    // A release that is not live yet has cached what is not read any more: going on with it caches anew.
    `for record in ${quote(`${RELEASES}/${step.app}`)}/*/; do [ -s "$record/lives" ] || for run in ` +
      `"$record"commands/release-*/; do grep -Eqs '^ *(php )?artisan ([a-z]+:cache|optimize)( |$)' "$run/command" ` +
      `&& rm ` +
      `-rf -- "$run"; done; done`,
    `systemctl stop ${quote(`${pushUnit(step.app, step.id)}.timer`)} 2>/dev/null; :`,
  ],
  settle: (step) => [
    ...withRelease(step, (folder) => [inCache(step, folder, 'rm -f -- .flight-was-*.php .flight-new-*.php')]),
    `rm -f revert said; : >settled || exit 1`,
    `tail -n 20 ../times >../times.new && mv -f ../times.new ../times`,
    // What the pushes replaced that led here, and what was taken back at last.
    `cd .. && keep=' '${quote(step.id)}' '; n=0; read -r at <at; while [ -n "$at" ] && [ -d "$at" ] && [ $n -lt ` +
      `${KEPT} ]; do keep="$keep$at "; n=$((n+1)); next=; [ ! -f "$at/parent" ] || read -r next <"$at/parent"; ` +
      `at=$next; ` +
      `done`,
    `for old in [0-9]*T*Z-*/; do case "$keep" in *" \${old%/} "*) ;; *) [ ! -d "$old" ] || [ -e "$old/armed" ] || ` +
      `rm -rf -- "./$old";; esac; done`,
  ],
  back: (step) => [
    ...backShell(step),
    `systemctl stop ${quote(`${pushUnit(step.app, step.id)}.timer`)} 2>/dev/null; :`,
  ],
}

// From when on whoever starts reads what lies there now; the first time of this push is noted beside.
function since(): string[] {
  return [`now=$(date +%s.%N); [ -s first ] || printf '%s' "$now" >first; echo "since $now" >>../times || exit 1`]
}

// What lies there now, read by the app's own user: through no link, and no longer than it may be.
function keepShell({ app, path }: Step): string {
  const read =
    `cd -P -- ${quote(dirname(path))} || exit 1; f=${quote(basename(path))}; if [ ! -e "$f" ] && [ ! -L ` +
    `"$f" ]; then exit 44; fi; [ -f "$f" ] && [ ! -L "$f" ] && dd if="$f" iflag=nofollow,nonblock,fullblock ` +
    `bs=${MOST + 1} count=1 status=none`
  return (
    `{ ${quick(runAs(app, read))} 7>&- >was.new; case $? in 0) sync was.new && mv -f was.new was;; 44) rm -f ` +
    `was.new; : >none;; *) echo ` +
    `${quote(
      `${path} cannot be kept: it must be a plain file that ${app} may read, and the disk must have room for it`,
    )} >&2; false;; esac; }`
  )
}

// As a command of the app: its own PATH, and nothing of root's environment.
function asApp({ app, search }: Step, script: string): string {
  const path = search === '' ? '/usr/bin:/bin' : search
  const variables = [`HOME=${appPaths(app).home}`, `USER=${app}`, `LOGNAME=${app}`, `PATH=${path}`, 'LANG=C.UTF-8']
  return `runuser -u ${quote(app)} -- env -i ${words(...variables)} sh -c ${quote(`umask 022; ${script}`)}`
}

// Beside what is used, which a request may be reading; of an artisan that does not know the variable, in its place.
function rebuildScript(folder: string): string {
  return [
    `cd -P -- ${quote(folder)} && [ -f artisan ] && [ -d bootstrap/cache ] || exit 0`,
    `cd bootstrap/cache && rm -f -- .flight-new-*.php || exit 1`,
    KEEP_CACHED,
    `cd ../..`,
    ...CACHED.map(
      ({ file, variable, command }) =>
        `if [ -f bootstrap/cache/${file}.php ]; then export ` +
        `${variable}="$PWD/bootstrap/cache/.flight-new-${file}.php"; php artisan ${command} --no-interaction ` +
        `</dev/null || ` +
        `exit $?; fi`,
    ),
    `sync bootstrap/cache`,
  ].join('\n')
}
