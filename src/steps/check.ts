import { appPaths, releasePaths } from '../model/app-paths.ts'
import { forgetCachedShell } from '../shell/cached-configuration.ts'
import { askFastcgiShell } from '../shell/fastcgi.ts'
import { quote, words } from '../shell/quote.ts'
import { EXIT_UNHEALTHY, type StepOf, type StepSort } from './step.ts'

// Asks a release for a page until it answers as wanted, or its tries are over: the new one through its pool's socket,
// the live one through nginx. What it answers is not repeated: an error page may show what nobody shall see.
export const checkStep: StepSort<'check'> = {
  long: false,
  shell(step) {
    const ask = askShell(step)
    const { check } = step
    // OPcache does not look whether a file changed: what an earlier
    // life of this release cached of its configuration is dropped.
    const before =
      step.through.is === 'pool'
        ? [...forgetCachedShell(releasePaths(step.app, step.release).folder, step.through.socket), 'forget || exit 1']
        : []
    if (check === null || ask === undefined) return [...before, ':'].join('\n')
    return [
      ...before,
      ...ask,
      `n=0; while :; do`,
      `  got=$(ask); [ "$got" != ${quote(String(check.status))} ] || exit 0`,
      `  n=$((n+1)); [ $n -le ${check.retries} ] || break; sleep 1`,
      `done`,
      `printf '%s\\n' ${quote(`${where(step)} ${check.host}${check.path}`)}" answered $([ "$got" = 0 ] && echo ` +
        `"nothing within ${check.timeout} s" || echo "$got"), wanted is ${check.status} (tried ${check.retries + 1} ` +
        `times)" >&2`,
      `exit ${EXIT_UNHEALTHY}`,
    ].join('\n')
  },
}

function where({ through, release }: StepOf<'check'>): string {
  return through.is === 'pool'
    ? `the release ${release}, asked through its pool before it is live:`
    : `the release ${release}, asked through nginx:`
}

function askShell({ app, release, through, check }: StepOf<'check'>): string[] | undefined {
  if (check === null) return undefined
  const { path, host, timeout } = check
  switch (through.is) {
    case 'pool': {
      const root = `${releasePaths(app, release).folder}/${through.publicDir}`
      const [uri = '', query = ''] = path.split('?')
      const scheme = through.tls
        ? ['HTTPS=on', 'REQUEST_SCHEME=https', 'SERVER_PORT=443']
        : ['REQUEST_SCHEME=http', 'SERVER_PORT=80']
      const parameters = words(
        'SCRIPT_NAME=/index.php',
        'PHP_SELF=/index.php',
        `DOCUMENT_ROOT=${root}`,
        `REQUEST_URI=${path}`,
        `DOCUMENT_URI=${uri}`,
        `QUERY_STRING=${query}`,
        `HTTP_HOST=${host}`,
        `SERVER_NAME=${host}`,
        ...scheme,
      )
      return [
        ...askFastcgiShell(),
        `ask() { ask_fastcgi ${words(through.socket, `${root}/index.php`, String(timeout))} ${parameters} | ` +
          `fastcgi_status; }`,
      ]
    }
    case 'site': {
      // Only the server itself is asked, whatever the name leads to elsewhere.
      const at = through.tls
        ? words('--insecure', '--resolve', `${host}:443:127.0.0.1`, `https://${host}${path}`)
        : words('-H', `Host: ${host}`, `http://127.0.0.1${path}`)
      // A site with passwords answers 401 to who has none: it is the new release all the same, `current` says so.
      const passwords = through.passwords ? ` | sed ${quote(`s/^401$/${check.status}/`)}` : ''
      return [
        `[ "$(readlink -- ${quote(appPaths(app).current)})" = ${quote(`releases/${release}`)} ] || { echo ` +
          `${quote(`current does not point to ${release} any more`)} >&2; exit ${EXIT_UNHEALTHY}; }`,
        `ask() { { curl -q -sS --noproxy '*' --max-time ${timeout} -o /dev/null -w '%{http_code}\\n' -A 'Flight ` +
          `health check' ${at} 2>/dev/null || echo 0; } | head -n 1 | sed 's/^000$/0/'${passwords}; }`,
      ]
    }
  }
}
