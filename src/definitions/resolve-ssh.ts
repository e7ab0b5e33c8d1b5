import type { SshSettings } from '../model/server.ts'
import { isOn, localPath } from './plain-values.ts'

// An ssh section as a user writes it, in flight.yml, a cluster or a server.
export type SshSection = {
  user?: string
  port?: number
  jump?: string
  identity_file?: string
  become?: boolean | 'on' | 'off' | 'yes' | 'no'
  connect_timeout?: number
  transport?: 'auto' | 'ssh2' | 'openssh'
}

export const DEFAULT_SSH: SshSettings = {
  user: undefined,
  port: undefined,
  jump: undefined,
  identityFile: undefined,
  become: true,
  connectTimeout: 10,
  transport: 'auto',
}

// Each entry of `section` stands over that of `under`.
export function resolveSsh(section: SshSection | undefined, under: SshSettings, root: string): SshSettings {
  if (section === undefined) return under
  return {
    user: section.user ?? under.user,
    port: section.port ?? under.port,
    jump: section.jump ?? under.jump,
    identityFile: section.identity_file === undefined ? under.identityFile : localPath(section.identity_file, root),
    become: isOn(section.become, under.become),
    connectTimeout: section.connect_timeout ?? under.connectTimeout,
    transport: section.transport ?? under.transport,
  }
}
