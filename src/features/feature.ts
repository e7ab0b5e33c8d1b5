import type { Cluster } from '../model/definitions.ts'
import type { Resource } from '../model/resource.ts'
import type { Server, System } from '../model/server.ts'

// What a server's features are compiled from.
export type ServerInput = { cluster: Cluster; server: Server; system: System }

// What a user recognises on a server. Pure: the same input, the same resources, in the order in which they are made.
export type ServerFeature = (input: ServerInput) => readonly Resource[]
