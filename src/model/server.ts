// How a server is reached. What is undefined is left to ~/.ssh/config and ssh's own defaults.
export type SshSettings = {
  user: string | undefined
  port: number | undefined
  jump: string | undefined // as ssh's ProxyJump: [user@]host[:port], comma separated
  identityFile: string | undefined // absolute
  become: boolean // use `sudo -n` when the login user is not root
  connectTimeout: number // seconds
  transport: 'auto' | 'ssh2' | 'openssh'
}

export type Server = {
  name: string
  cluster: string
  host: string // name or address, or a Host alias of ~/.ssh/config
  webServer: boolean
  ssh: SshSettings
}

// What a server is, asked before anything is compiled for it.
export type System = {
  id: string // os-release ID: debian, ubuntu
  codename: string // os-release VERSION_CODENAME: bookworm, noble; empty where a system has none
  name: string // os-release PRETTY_NAME
  arch: string // dpkg's architecture: amd64
  ipv6: boolean
}
