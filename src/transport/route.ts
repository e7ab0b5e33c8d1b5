// Where one hop leads and what it takes to get in: ssh's own answer, after ~/.ssh/config and our settings.
export type Route = {
  server: string // the server it is for, in messages
  isJump: boolean // a jump host on the way to a server
  host: string // name or address to dial
  port: number
  user: string
  identityFiles: string[] // absolute, in the order in which they are named
  identitiesNamed: boolean // false when these are only ssh's defaults
  identitiesOnly: boolean
  agentSocket: string | undefined
  certificateFiles: string[]
  jump: string | undefined // ProxyJump: hops, comma separated
  proxyCommand: string | undefined
  userKnownHosts: string[]
  globalKnownHosts: string[]
  hostKeyAlias: string | undefined
  hashKnownHosts: boolean
  connectTimeout: number // milliseconds
}

// host:port as people write it.
export function networkAddress(route: Pick<Route, 'host' | 'port'>): string {
  return route.host.includes(':') ? `[${route.host}]:${route.port}` : `${route.host}:${route.port}`
}
