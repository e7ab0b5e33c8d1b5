import { OPCACHE_SCRIPT } from '../model/record.ts'
import { askFastcgiShell } from './fastcgi.ts'
import { quote, words } from './quote.ts'

// What Laravel caches of its configuration in bootstrap/cache of a release: the file, the variable by
// which Laravel is told another place for it (Illuminate\Foundation\Application::normalizeCachePath),
// the command that makes it. In the order in which they are made.
export const CACHED = [
  { file: 'config', variable: 'APP_CONFIG_CACHE', command: 'config:cache' },
  { file: 'routes-v7', variable: 'APP_ROUTES_CACHE', command: 'route:cache' },
  { file: 'events', variable: 'APP_EVENTS_CACHE', command: 'event:cache' },
] as const

// Shell function `forget`: OPcache drops what it holds of a release's cached configuration, through the pool's own
// socket and without a reload. Tried three times: all children of the pool may be busy.
export function forgetCachedShell(folder: string, socket: string): string[] {
  return [
    ...askFastcgiShell(),
    `forget() { [ -f ${OPCACHE_SCRIPT} ] || { echo '${OPCACHE_SCRIPT} is not there: flight provision puts it there' ` +
      `>&2; return 1; }; for try in 1 2 3; do ! ask_fastcgi ${words(socket, OPCACHE_SCRIPT, '10')} ` +
      `${words(`FLIGHT_FORGET=${folder}/bootstrap/cache/`)} | grep -q '^dropped ' || return 0; sleep 1; done; echo ` +
      `${quote(`the pool at ${socket} does not answer: OPcache may hold what is not there any more`)} >&2; return 1; }`,
  ]
}
