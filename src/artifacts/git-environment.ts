import { words } from '../shell/quote.ts'
import type { Address } from './address.ts'

// How ssh may be asked for: the key and the configuration file that it may use.
export type SshWays = { deployKey: string | undefined; sshConfig: string | undefined }

// Nothing that a configuration file could make git execute, whoever wrote it.
const SETTINGS: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.pager=cat',
  'credential.helper=',
  'gc.autoDetach=false',
  'gpg.program=false', // $Format:%G?$ of export-subst would ask gpg
  'gpg.ssh.program=false',
  'gpg.x509.program=false',
  'http.lowSpeedLimit=100',
  'http.lowSpeedTime=120',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
]

// What every git is started with.
export const GIT_WORDS: readonly string[] = SETTINGS.flatMap((setting) => ['-c', setting])

// The whole environment of a git that may only read what lies here.
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C',
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_LITERAL_PATHSPECS: '1',
  }
}

// How this controller gets out to the world, which only the git that fetches is told.
const WAY_OUT = [
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
]

// The environment of the git that fetches: one protocol, and for ssh the agent.
export function fetchEnvironment(protocol: Address['protocol'], ways: SshWays): Record<string, string> {
  const passed = protocol === 'https' ? WAY_OUT : protocol === 'ssh' ? ['SSH_AUTH_SOCK'] : []
  const from = passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]))
  return {
    ...gitEnvironment(),
    ...Object.fromEntries(from),
    GIT_ALLOW_PROTOCOL: protocol,
    GIT_SSH_COMMAND: sshCommand(ways),
    GIT_SSH_VARIANT: 'ssh',
  }
}

// A connection that somebody else opened may be another identity:
// no sharing. Host keys are those that the user has accepted.
const SSH_OPTIONS = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'ControlMaster=no',
  'ControlPath=none',
  'PermitLocalCommand=no',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'ConnectTimeout=15',
  'ServerAliveInterval=15',
  'ServerAliveCountMax=4',
]

// git gives this text to a shell; ssh reads % in the name of a key as its own.
function sshCommand({ deployKey, sshConfig }: SshWays): string {
  const key = deployKey === undefined ? [] : ['-o', 'IdentitiesOnly=yes', '-i', deployKey.replaceAll('%', '%%')]
  return words(
    'ssh',
    ...(sshConfig === undefined ? [] : ['-F', sshConfig]),
    ...SSH_OPTIONS.flatMap((option) => ['-o', option]),
    ...key,
  )
}
