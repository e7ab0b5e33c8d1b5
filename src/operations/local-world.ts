import { homedir, userInfo } from 'node:os'
import type { LocalWorld } from '../transport/ssh-config.ts'

// What of this machine decides how servers are reached.
// FLIGHT_SSH_CONFIG names another file than ~/.ssh/config, as ssh -F.
export function localWorld(env: NodeJS.ProcessEnv): LocalWorld {
  return {
    home: homedir(),
    localUser: userInfo().username,
    agentSocket: given(env['SSH_AUTH_SOCK']),
    sshConfigFile: given(env['FLIGHT_SSH_CONFIG']),
    knownHostsFile: undefined,
  }
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
