import { appPaths } from '../model/app-paths.ts'
import type { App, PhpVersion } from '../model/definitions.ts'
import { words } from '../shell/quote.ts'

// The folder that stands first in PATH of everything that an
// app of this PHP version runs: its php, artisan and composer.
export const shimFolder = (php: PhpVersion) => `/usr/lib/flight/php${php}`

// What an app's commands find in their environment, beside HOME and LOGNAME.
export function environmentOf(app: App): { HOME: string; USER: string; LOGNAME: string; PATH: string; LANG: string } {
  return {
    HOME: appPaths(app.name).home,
    USER: app.name,
    LOGNAME: app.name,
    PATH: `${shimFolder(app.php)}:/usr/local/bin:/usr/bin:/bin`,
    LANG: 'C.UTF-8',
  }
}

// A queue's command is an artisan command unless its first word is a path or one of these.
const PROGRAMS = new Set(['artisan', 'composer', 'node', 'php', 'sh'])

export function queueCommand(command: string): string {
  const first = command.trim().split(' ')[0] as string
  return first.includes('/') || PROGRAMS.has(first) ? command : `artisan ${command}`
}

// The words of a long-running program, for supervisor: what it prints is appended to a file in the directory where it
// stands, opened by the app's own user. The command has a shell of its own: nothing in it can reach around the
// redirection, and the user's program itself receives its signals.
export function programWords(log: string, command: string): readonly string[] {
  const into = `mkdir -p storage/logs; exec >>${words(log)} 2>&1; `
  return standsAlone(command)
    ? ['/bin/sh', '-c', `${into}exec /bin/sh -c "$1"`, 'flight', `exec ${command}`]
    : ['/bin/sh', '-c', `${into}${FORWARD}`, 'flight', `trap 'exit 143' TERM; ${command}`]
}

// A shell that waits for another program hears a signal only afterwards, and one that dies of it leaves its program
// behind, without supervisor. So this one passes the signal on, to what the command runs at that moment and not to the
// programs that a job has begun, and goes when it has ended.
const FORWARD = [
  'stop() { stopped=1; [ -z "$child" ] || kill -TERM $child $(cat /proc/$child/task/$child/children) 2>/dev/null; }',
  'trap stop TERM',
  '/bin/sh -c "$1" & child=$!; [ -z "$stopped" ] || stop',
  'wait $child; code=$?; while kill -0 $child 2>/dev/null; do wait $child; code=$?; done; exit $code',
].join('; ')

const BUILTINS = new Set([
  '.',
  ':',
  'case',
  'cd',
  'command',
  'eval',
  'exec',
  'exit',
  'export',
  'for',
  'if',
  'set',
  'trap',
  'ulimit',
  'umask',
  'unset',
  'until',
  'wait',
  'while',
])

// Whether a command is one program with its arguments, which can take the shell's place.
function standsAlone(command: string): boolean {
  const first = /^ *([\w./+-]+)(?: |$)/.exec(command)?.[1]
  return first !== undefined && !BUILTINS.has(first) && !/[;&|]/.test(command)
}
