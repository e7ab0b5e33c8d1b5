import type { App, AppServer, Cluster } from '../model/definitions.ts'
import type { Resource } from '../model/resource.ts'
import type { Server, System } from '../model/server.ts'

export type AppOnServer = { app: App; on: AppServer }

// What a server's features are compiled from. `apps` are all that the definitions
// put there, whatever was asked for: they share nginx and FPM's masters.
export type ServerInput = { cluster: Cluster; server: Server; system: System; apps: readonly AppOnServer[] }

// What a user recognises on a server. Pure: the same input, the same resources, in the order in which they are made.
export type ServerFeature = (input: ServerInput) => readonly Resource[]

// The same for one app on one server that it lists.
export type AppInput = AppOnServer & { cluster: Cluster; server: Server; system: System }
export type AppFeature = (input: AppInput) => readonly Resource[]
