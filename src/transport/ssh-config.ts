import { FlightError, onServer } from '../model/errors.ts'
import { briefly } from '../model/printable.ts'
import type { Route } from './route.ts'
import { callSsh } from './ssh-questions.ts'

// What of a hop is asked for; undefined is left to ssh_config.
export type Hop = {
  server: string
  isJump: boolean
  host: string
  port: number | undefined
  user: string | undefined
  jump: string | undefined
  identityFile: string | undefined
  connectTimeout: number // seconds
}

export type LocalWorld = {
  home: string
  localUser: string
  agentSocket: string | undefined
  sshConfigFile: string | undefined // as ssh -F
  knownHostsFile: string | undefined // read instead of those that ssh_config names
}

// Refuses what a command line could take for an option or an address line for something else.
export function refuseOddHost(server: string, host: string): void {
  if (/^[A-Za-z0-9_[:%][A-Za-z0-9_.:%[\]-]*$/.test(host)) return
  throw new FlightError({
    code: 'FLIGHT_UNREACHABLE',
    ...onServer(server),
    what: `"${briefly(host)}" is not a host name or an address`,
    hint: 'A host name has letters, digits, dots, hyphens and underscores, and does not begin with a hyphen.',
  })
}

// The arguments that make ssh use our settings, before the host.
export function sshArguments(hop: Hop, configFile: string | undefined): string[] {
  const words: string[] = []
  if (configFile !== undefined) words.push('-F', configFile)
  if (hop.port !== undefined) words.push('-p', String(hop.port))
  if (hop.user !== undefined) words.push('-l', hop.user)
  if (hop.jump !== undefined) words.push('-J', hop.jump)
  if (hop.identityFile !== undefined) words.push('-i', hop.identityFile)
  return words
}

// Asks the ssh program how it would reach the host; undefined when there is no ssh program.
export async function askSsh(hop: Hop, world: LocalWorld): Promise<Route | undefined> {
  const answer = await callSsh(hop.server, ['-G', ...sshArguments(hop, world.sshConfigFile), '--', hop.host])
  if (answer === 'missing') return undefined
  if (answer.code !== 0) {
    throw new FlightError({
      code: 'FLIGHT_UNREACHABLE',
      ...onServer(hop.server),
      what: `ssh does not accept its configuration for ${hop.host}: ${briefly(answer.stdout)}`,
      hint: `Run \`ssh -G ${hop.host}\` and correct the file that it names.`,
    })
  }
  return readRoute(answer.stdout, hop, world)
}

// ssh's defaults, for a machine without the ssh program.
export function defaultRoute(hop: Hop, world: LocalWorld): Route {
  const route = readRoute('', hop, world)
  const known = world.knownHostsFile === undefined ? undefined : [world.knownHostsFile]
  const usual = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `${world.home}/.ssh/${name}`)
  return {
    ...route,
    jump: hop.jump,
    identityFiles: hop.identityFile === undefined ? usual : [hop.identityFile],
    identitiesNamed: hop.identityFile !== undefined,
    userKnownHosts: known ?? [`${world.home}/.ssh/known_hosts`, `${world.home}/.ssh/known_hosts2`],
    globalKnownHosts: known !== undefined ? [] : ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
  }
}

// Reads what `ssh -G` printed.
export function readRoute(text: string, hop: Hop, world: LocalWorld): Route {
  const words = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    if (space < 0) continue
    const keyword = line.slice(0, space)
    words.set(keyword, [...(words.get(keyword) ?? []), line.slice(space + 1).trim()])
  }
  const one = (keyword: string): string | undefined => {
    const value = words.get(keyword)?.[0]
    return value === undefined || value === '' || value === 'none' ? undefined : value
  }
  const host = one('hostname') ?? hop.host
  const port = Number(one('port') ?? hop.port ?? 22)
  const user = one('user') ?? hop.user ?? world.localUser
  const expand = (path: string): string => expandPath(path, { host, port, user, alias: hop.host, world })
  const identities = words.get('identityfile') ?? []
  const agent = one('identityagent')
  const paths = (keyword: string): string[] =>
    (one(keyword) ?? '')
      .split(/\s+/)
      .filter((p) => p !== '')
      .map(expand)
  return {
    server: hop.server,
    isJump: hop.isJump,
    host,
    port,
    user,
    identityFiles: [...new Set(identities.filter((p) => p !== 'none').map(expand))],
    identitiesNamed: !isDefaultList(identities),
    identitiesOnly: one('identitiesonly') === 'yes',
    agentSocket: words.get('identityagent')?.[0] === 'none' ? undefined : agentPath(agent, world, expand),
    certificateFiles: (words.get('certificatefile') ?? []).map(expand),
    jump: one('proxyjump'),
    proxyCommand: one('proxycommand'),
    userKnownHosts: world.knownHostsFile === undefined ? paths('userknownhostsfile') : [world.knownHostsFile],
    globalKnownHosts: world.knownHostsFile === undefined ? paths('globalknownhostsfile') : [],
    hostKeyAlias: one('hostkeyalias'),
    hashKnownHosts: one('hashknownhosts') === 'yes',
    connectTimeout: hop.connectTimeout * 1000,
  }
}

// `ssh -G` lists all of ssh's default names when nobody named an identity, and only the named ones otherwise.
function isDefaultList(identities: readonly string[]): boolean {
  return identities.length !== 1 && identities.every((path) => /^~\/\.ssh\/id_[a-z0-9_]+$/.test(path))
}

function agentPath(agent: string | undefined, world: LocalWorld, expand: (path: string) => string): string | undefined {
  return agent === undefined || agent === 'SSH_AUTH_SOCK' ? world.agentSocket : expand(agent)
}

type Tokens = { host: string; port: number; user: string; alias: string; world: LocalWorld }

function expandPath(path: string, of: Tokens): string {
  const values: Record<string, string> = {
    '%': '%',
    d: of.world.home,
    h: of.host,
    n: of.alias,
    p: String(of.port),
    r: of.user,
    u: of.world.localUser,
  }
  const expanded = path.replace(/%([%dhnpru])/g, (_, token: string) => values[token] ?? '')
  return expanded.startsWith('~/') ? `${of.world.home}${expanded.slice(1)}` : expanded
}
