import type { ConfigurationMark } from '../model/service.ts'
import { anyChangeAfter, loadedMark } from './loaded.ts'
import { quote } from './quote.ts'

export type FpmLoad = {
  unit: string
  mark: Extract<ConfigurationMark, { by: 'pid-file' }>
  settings: string // the file that says process_control_timeout
  patience: number // seconds for which running requests may hold the load up
}

// Shell function `load_gently`. A master reloads by the process_control_timeout that it runs with, and one that never
// read Flight's settings has PHP's default of 0: it would cut every running request off (docs/decisions/0022). There
// its workers are asked to finish first, and it is true: the load is on its way. False where a plain reload lets
// requests finish. One that an earlier run began and that outlived it is waited for before anything else.
export function gentleLoadShell({ unit, mark, settings, patience }: FpmLoad): string[] {
  // A name with a dot: it is not a step of a plan, which other runs would have to wait for.
  const gentle = quote(`flight-load.${unit.replace(/\.service$/, '')}`)
  const limit = patience + 30
  return [
    `n=0; while [ $n -lt ${limit * 5} ] && systemctl is-active --quiet ${gentle}.service; do n=$((n+1)); sleep 0.2; ` +
      `done`,
    `load_gently() {`,
    `  at=$(${loadedMark(mark)} | cut -d' ' -f1); [ -n "$at" ] && [ -n "$(${anyChangeAfter('"@$at"', [settings])})" ` +
      `] || return 1`,
    `  m=$(cat ${quote(mark.path)} 2>/dev/null) && [ "$m" -gt 1 ] 2>/dev/null && [ "$m" = "$(systemctl show -p ` +
      `MainPID --value ${quote(unit)})" ] || return 1`,
    // A unit of its own: the master goes on whatever ends this shell, and whatever ends the unit.
    `  systemd-run --quiet --collect --unit=${gentle} ` +
      `--description=${quote(`Flight: lets the requests of ${unit} finish, then it loads`)} ` +
      `--property=RuntimeMaxSec=${limit} \\`,
    `    --property=ExecStopPost="/bin/sh -c \\"kill -CONT $m\\"" /bin/sh -c ${quote(finishThenLoad(patience))} ` +
      `flight "$m" ${quote(mark.path)} >&2`,
    `}`,
  ]
}

// The script of that unit, for a master's process number and its pid file. The master stands
// still with the order to load already before it, so that the kernel hands it that order first:
// it begins no worker in the place of those that finished. What connects meanwhile waits in the
// sockets. systemd looks for variables in its command line too: no braces around a name here.
function finishThenLoad(patience: number): string {
  const workers = `sed "s|[0-9][0-9]*|/proc/&/stat|g" "/proc/$m/task/$m/children"`
  const states = `cat $(${workers}) /dev/null 2>/dev/null | sed "s/^.*) //"`
  return [
    `m="$1"; was=$(stat -c %y "$2"); kill -STOP "$m" || exit 1`,
    `n=0; until sed "s/^.*) //" "/proc/$m/stat" | grep -q "^T" || [ $n -ge 100 ]; do n=$((n+1)); sleep 0.02; done`,
    `kill -USR2 "$m"; kill -QUIT $(cat "/proc/$m/task/$m/children") 2>/dev/null`,
    `n=0; while [ $n -lt ${patience * 20} ] && ${states} | grep -q "^[^ZX]"; do n=$((n+1)); sleep 0.05; done`,
    // It is over once the master has loaded, so that whoever waits for it waits for that.
    `kill -CONT "$m"; n=0; while [ $n -lt 200 ] && [ "$(stat -c %y "$2")" = "$was" ]; do n=$((n+1)); sleep 0.05; done`,
  ].join('\n')
}
