import type { System } from '../../../src/model/server.ts'
import type { AppPushes } from './pushes.ts'
import type { Noted } from './releases.ts'

// A server as a value: everything that Flight can see or change on one. structuredClone() is a snapshot of it.

type Owned = { owner: string; group: string; changed: number } // changed: a tick of the machine's clock, as ctime
export type Entry =
  | (Owned & { type: 'file'; mode: string; content: Uint8Array })
  | (Owned & { type: 'directory'; mode: string })
  | (Owned & { type: 'link'; target: string })
  | (Owned & { type: 'other' })

// A package as a repository has it. Its files are configuration files: one that is there already stays as it is.
export type Package = {
  name: string
  version: string
  depends?: readonly (string | { name: string; version: string })[]
  conflicts?: readonly string[]
  provides?: readonly string[]
  files?: Readonly<Record<string, string>>
  links?: Readonly<Record<string, string>>
  units?: readonly string[]
}

// What a mirror serves under an address and a suite; apt believes it only with this key.
export type Repository = { uri: string; suite: string; signedBy: string | undefined; packages: readonly Package[] }

export type Unit = { enabled: boolean; active: boolean; loadedAt: number }

// A program's test says no as long as a file below a folder contains a text.
export type Fussiness = { program: 'nginx' | 'php-fpm'; below: string; contains: string }

// What supervisor runs, by name: the section that it runs with, its state, whether it works on a job, whether it ends
// after that; `read`: which environment file it has read.
export type Supervised = Map<
  string,
  {
    section: string
    release: string | null
    read: number
    state: 'RUNNING' | 'STOPPING' | 'STOPPED' | 'FATAL'
    busy: boolean
    drains: boolean
  }
>

export type Machine = {
  clock: number
  today: string // as date +%F prints it
  system: System
  entries: Map<string, Entry> // by absolute path
  users: Map<string, { uid: number; gid: number; home: string; shell: string }>
  groups: Set<string>
  packages: Map<string, Package> // what is installed
  interrupted: boolean // dpkg was cut off
  lists: { readAt: number; packages: readonly Package[] } | undefined
  repositories: readonly Repository[]
  web: Map<string, Uint8Array> // what downloads get
  units: Map<string, Unit>
  programs: Supervised
  fussy: readonly Fussiness[]
  releases: Map<string, Map<string, Noted>> // by app, by name
  pushes: Map<string, AppPushes> // of environment files, by app
  ran: { app: string; release: string; key: string }[] // commands of users, each time that one began
  sick: Set<'pool' | 'site'> // through which no release answers as wanted
}

// The next moment.
export function tick(machine: Machine): number {
  machine.clock += 1
  return machine.clock
}
