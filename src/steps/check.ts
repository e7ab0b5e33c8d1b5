import { appPaths, releasePaths } from '../model/app-paths.ts'
import { OPCACHE_SCRIPT } from '../model/record.ts'
import { program } from '../shell/program.ts'
import { EXIT_UNHEALTHY, type StepOf, type StepSort } from './step.ts'

type Step = StepOf<'check'>
type Check = NonNullable<Step['check']>
type Through<I extends Step['through']['is']> = Extract<Step['through'], { is: I }>

// Asks a release for a page until it answers as wanted, or its tries are over: the new one through its pool's socket,
// the live one through nginx.
export const checkStep: StepSort<'check'> = {
  long: false,
  shell(step) {
    const { through, check } = step
    switch (through.is) {
      case 'pool':
        return check === null ? program('step-forget', forgotten(step, through)) : throughPool(step, through, check)
      case 'site':
        return check === null ? ':' : throughSite(step, through, check)
    }
  },
}

function forgotten({ app, release }: Step, { socket }: Through<'pool'>): { [name: string]: string } {
  return { socket, release_folder: releasePaths(app, release).folder, opcache_script: OPCACHE_SCRIPT }
}

function checked({ status, timeout, retries, host, path }: Check, asked: string): { [name: string]: string | number } {
  return { asked: `${asked} ${host}${path}`, status, timeout, retries, exit_unhealthy: EXIT_UNHEALTHY }
}

function throughPool(step: Step, through: Through<'pool'>, check: Check): string {
  const root = `${releasePaths(step.app, step.release).folder}/${through.publicDir}`
  const [uri = '', query = ''] = check.path.split('?')
  return program('step-check-pool', {
    ...forgotten(step, through),
    ...checked(check, `the release ${step.release}, asked through its pool before it is live:`),
    index: `${root}/index.php`,
    parameters: [
      [
        'SCRIPT_NAME=/index.php',
        'PHP_SELF=/index.php',
        `DOCUMENT_ROOT=${root}`,
        `REQUEST_URI=${check.path}`,
        `DOCUMENT_URI=${uri}`,
        `QUERY_STRING=${query}`,
        `HTTP_HOST=${check.host}`,
        `SERVER_NAME=${check.host}`,
        ...(through.tls
          ? ['HTTPS=on', 'REQUEST_SCHEME=https', 'SERVER_PORT=443']
          : ['REQUEST_SCHEME=http', 'SERVER_PORT=80']),
      ],
    ],
  })
}

function throughSite({ app, release }: Step, { tls, passwords }: Through<'site'>, check: Check): string {
  const { host, path, status } = check
  return program('step-check-site', {
    ...checked(check, `the release ${release}, asked through nginx:`),
    current: appPaths(app).current,
    release,
    unauthorized: passwords ? status : 401,
    page: [
      tls
        ? ['--insecure', '--resolve', `${host}:443:127.0.0.1`, `https://${host}${path}`]
        : ['-H', `Host: ${host}`, `http://127.0.0.1${path}`],
    ],
  })
}
