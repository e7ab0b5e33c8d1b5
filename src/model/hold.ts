import type { ReleaseCargo } from './release.ts'
import type { Secret } from './secret.ts'

// What the plan does not hold and the controller has: the artifacts
// of releases and what is secret by their app, environment files.
export type Hold = {
  cargo: ReadonlyMap<string, ReleaseCargo>
  secrets: ReadonlyMap<string, Secret>
  environments: ReadonlyMap<string, Secret> // by the address of the action that writes it
  who: string
  when: string
}

// What one action needs of it, for which app: the artifact of its release, the environment
// file that another server has, or the one that is pushed to its server.
export type Needed = { content: 'artifact' | 'environment file' | 'pushed file'; app: string }
