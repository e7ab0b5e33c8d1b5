import { basename, dirname } from 'node:path/posix'
import { pushesPath, releasePaths } from '../model/app-paths.ts'
import { CACHED, forgetCachedShell } from '../shell/cached-configuration.ts'
import { bytesTo } from '../shell/document.ts'
import { quote, words } from '../shell/quote.ts'
import { runAs } from '../shell/run-as.ts'
import type { StepOf, StepSort } from './step.ts'

// The parts of a push of an environment file. What it holds goes through pipes and lies in two places: in the app's folder, written by
// that app's user, through no link; and below root's records, what it replaced. Between `write` and `confirm` a timer of the server
// itself leads back: a controller that was killed and a cut cable leave no two files.
export const pushStep: StepSort<'push'> = {
  long: false,
  shell(step) {
    return [...preamble(step), ...DOES[step.does](step)].join('\n')
  },
}

type Step = StepOf<'push'>

const MOST = 1_048_576

// How many earlier files are kept.
const KEPT = 5

function preamble({ app, id }: Step): string[] {
  const folder = pushesPath(app)
  return [
    `umask 077; mkdir -p -m 0700 ${words(dirname(folder), folder, `${folder}/${id}`)} && cd ${quote(`${folder}/${id}`)} || exit 1`,
    `exec 7>>../.lock && flock -w 60 7 || { echo 'the environment file is being changed by somebody else' >&2; exit 1; }`,
  ]
}

const beside = (path: string) => quote(`.flight-${basename(path)}.new`)

// Writes what comes through a pipe beside the file, by the app's own user: it is on the disk when this ends.
function writeBeside({ app, path }: Step): string {
  return runAs(app, `cd -P -- ${quote(dirname(path))} && umask 077 && rm -rf -- ${beside(path)} && cat >${beside(path)} && sync ${beside(path)}`)
}

function rename({ app, path }: Step): string {
  return `${runAs(app, `cd -P -- ${quote(dirname(path))} && if [ -e ${beside(path)} ]; then exec mv -fT -- ${beside(path)} ${quote(basename(path))}; fi`)} 7>&-`
}

const timerUnit = ({ app, id }: Step) => quote(`flight-revert-env-${app}-${id.toLowerCase()}`)

const DOES: Record<Step['does'], (step: Step) => string[]> = {
  stage: (step) => [`[ ! -e confirmed ] || exit 0`, bytesTo(`${writeBeside(step)} 7>&-`, Buffer.from(step.content?.reveal() ?? '', 'base64')).trimEnd()],
  write: (step) => [
    `[ ! -e confirmed ] || exit 0`,
    `if [ ! -e armed ]; then`,
    `  rm -f was none parent; ${keepShell(step)} || exit 1`,
    `  cat ../at >parent 2>/dev/null || : >parent`,
    ...(step.undoes === null ? [] : [`  printf '%s\\n' ${quote(step.undoes)} >undoes`]),
    `  ${bytesTo('cat >revert', revertScript(step)).trimEnd()}`,
    `  sync . && : >armed && sync armed || exit 1`,
    `fi`,
    `systemctl stop ${timerUnit(step)}.timer 2>/dev/null`,
    `systemd-run --quiet --collect --unit=${timerUnit(step)} --description=${quote(`Flight: the environment file of ${step.app} is not confirmed, back to what was before`)} --on-active=${step.back} --timer-property=AccuracySec=1s /bin/sh "$PWD/revert" 7>&- >&2 || exit 1`,
    `${rename(step)} || exit 1`,
    `date '+since %s.%N' >>../times`,
  ],
  rebuild: (step) => withRelease(step, (folder) => [
    `out=$(timeout 60 ${asApp(step, rebuildScript(folder))} 7>&- 2>&1) || {`,
    `  code=$?; printf '%s\\n' "$out" >said; printf '%s (exit code %s). What artisan says may show values: it is on this server alone, in %s/said\\n' ${quote(`the configuration that ${step.live ?? ''} caches cannot be made of it`)} "$code" "$PWD" >&2; exit 1`,
    `}`,
  ]),
  show: (step) => withRelease(step, (folder) => [
    `${asApp(step, `cd -P -- ${quote(`${folder}/bootstrap/cache`)} 2>/dev/null || exit 0; for f in ${CACHED.map(({ file }) => file).join(' ')}; do [ ! -f ".flight-new-$f.php" ] || mv -fT -- ".flight-new-$f.php" "$f.php" || exit 1; done`)} 7>&- || exit 1`,
    ...forget(step, folder),
  ]),
  confirm: (step) => [
    `[ ! -e confirmed ] || exit 0`,
    `[ -e armed ] || { echo 'the server went back by itself: nobody confirmed in time' >&2; exit 1; }`,
    step.undoes === null ? `printf '%s\\n' ${quote(step.id)} >../at.new` : `cat ${quote(`../${step.undoes}/parent`)} >../at.new 2>/dev/null`,
    `mv -f ../at.new ../at && : >confirmed && sync confirmed && rm -f armed || exit 1`,
    // What follows from an earlier one follows from this one now.
    `for other in ../*/; do [ "$other" = ${quote(`../${step.id}/`)} ] || [ ! -e "$other/confirmed" ] || : >"$other/settled"; done`,
    `systemctl stop ${timerUnit(step)}.timer 2>/dev/null; :`,
  ],
  settle: (step) => [
    ...withRelease(step, (folder) => [`${asApp(step, `cd -P -- ${quote(`${folder}/bootstrap/cache`)} 2>/dev/null || exit 0; rm -f -- .flight-was-*.php .flight-new-*.php`)} 7>&-`]),
    `rm -f revert said; : >settled`,
    `tail -n 20 ../times >../times.new && mv -f ../times.new ../times`,
    // What the pushes replaced that led here, and what was taken back at last.
    `cd .. && keep=' '${quote(step.id)}' '; n=0; read -r at <at; while [ -n "$at" ] && [ -d "$at" ] && [ $n -lt ${KEPT} ]; do keep="$keep$at "; n=$((n+1)); next=; [ ! -f "$at/parent" ] || read -r next <"$at/parent"; at=$next; done`,
    `for old in */; do case "$keep" in *" \${old%/} "*) ;; *) [ -e "$old/armed" ] || rm -rf -- "./$old";; esac; done`,
  ],
  back: (step) => [`systemctl stop ${timerUnit(step)}.timer 2>/dev/null`, ...backShell(step)],
}

// What lies there now, read by the app's own user: through no link, and no longer than it may be.
function keepShell({ app, path }: Step): string {
  const read = `cd -P -- ${quote(dirname(path))} || exit 1; f=${quote(basename(path))}; if [ ! -e "$f" ] && [ ! -L "$f" ]; then exit 44; fi; [ -f "$f" ] && [ ! -L "$f" ] && dd if="$f" iflag=nofollow,nonblock,fullblock bs=${MOST + 1} count=1 2>/dev/null`
  return `{ ${runAs(app, read)} 7>&- >was.new; case $? in 0) sync was.new && mv -f was.new was;; 44) rm -f was.new; : >none;; *) echo ${quote(`${path} cannot be read as ${app}: it is no plain file any more`)} >&2; false;; esac; }`
}

function withRelease({ app, live }: Step, lines: (folder: string) => string[]): string[] {
  return live === null ? [':'] : lines(releasePaths(app, live).folder)
}

function forget({ socket }: Step, folder: string): string[] {
  return socket === null ? [] : [`if [ -S ${quote(socket)} ]; then`, ...forgetCachedShell(folder, socket), `fi`]
}

// As a command of the app: its own PATH, and nothing of root's environment.
function asApp({ app, search }: Step, script: string): string {
  return `runuser -u ${quote(app)} -- env -i ${words(`HOME=/home/${app}`, `USER=${app}`, `LOGNAME=${app}`, `PATH=${search === '' ? '/usr/bin:/bin' : search}`, 'LANG=C.UTF-8')} sh -c ${quote(`umask 022; ${script}`)}`
}

// Beside what is used, which a request may be reading; of an artisan that does not know the variable, in its place.
function rebuildScript(folder: string): string {
  return [
    `cd -P -- ${quote(folder)} && [ -f artisan ] && [ -d bootstrap/cache ] || exit 0`,
    `cd bootstrap/cache && rm -f -- .flight-new-*.php .flight-was-*.php || exit 1`,
    ...CACHED.map(({ file }) => `[ ! -f ${file}.php ] || cp -p -- ${file}.php .flight-was-${file}.php || exit 1`),
    `cd ../..`,
    ...CACHED.map(({ file, variable, command }) => `if [ -f bootstrap/cache/${file}.php ]; then export ${variable}="$PWD/bootstrap/cache/.flight-new-${file}.php"; php artisan ${command} --no-interaction </dev/null || exit $?; fi`),
    `sync bootstrap/cache`,
  ].join('\n')
}

// Puts back what lay there before, with what was cached of it.
function backShell(step: Step): string[] {
  const { app, path } = step
  return [
    `if [ -e armed ] || [ -e confirmed ]; then`,
    `  if [ -e none ]; then ${runAs(app, `cd -P -- ${quote(dirname(path))} && exec rm -f -- ${quote(basename(path))}`)} 7>&- || exit 1`,
    `  elif [ -e was ]; then { ${writeBeside(step)} 7>&-; } <was && ${rename(step)} || exit 1`,
    `  else echo ${quote(`what lay at ${path} before is not kept`)} >&2; exit 1; fi`,
    ...withRelease(step, (folder) => [
      `  ${asApp(step, `cd -P -- ${quote(`${folder}/bootstrap/cache`)} 2>/dev/null || exit 0; rm -f -- .flight-new-*.php; for f in ${CACHED.map(({ file }) => file).join(' ')}; do [ ! -f ".flight-was-$f.php" ] || mv -fT -- ".flight-was-$f.php" "$f.php" || exit 1; done`)} 7>&- || exit 1`,
      ...forget(step, folder),
    ]),
    `  if [ -e confirmed ] && [ -e parent ]; then cp parent ../at; fi`,
    // What was started in between has read what does not lie there any more.
    `  awk -v now="$(date +%s.%N)" '{line[NR] = $0} END {for (i = NR; i > 0; i--) if (line[i] ~ /^since/ && !last) last = i; for (i = 1; i <= NR; i++) if (i!=last) print line[i]; if (last) {split(line[last], part, " "); print "bad " part[2] " " now}}' ../times >../times.new 2>/dev/null && mv -f ../times.new ../times`,
    `  rm -f armed confirmed settled; : >reverted`,
    `else ${runAs(app, `cd -P -- ${quote(dirname(path))} && exec rm -rf -- ${beside(path)}`)} 7>&-; fi`,
    `:`,
  ]
}

// What the server does by itself when nobody confirms.
function revertScript(step: Step): string {
  return [...preamble(step), `[ -e armed ] || exit 0`, ...backShell(step), ''].join('\n')
}
