import type { Problem } from './errors.ts'

// What an apply did. Clock readings, durations and people are here, never in the plan.
export type ReceiptAction = {
  address: string
  verb: string
  feature: string
  outcome: 'done' | 'already' | 'failed' | 'not begun'
  seconds: number
  error?: string
}

export type ReceiptServer = {
  name: string
  outcome: 'done' | 'failed' | 'unreachable' | 'interrupted'
  converged: boolean
  seconds: number
  actions: readonly ReceiptAction[]
}

// What was released; `artifact` and `composerLock` are digests, empty where nothing was sent or there is none.
export type ReceiptRelease = {
  app: string
  does: 'release' | 'rollback'
  name: string
  commit: string
  tree: string
  subject: string
  artifact: string
  composerLock: string
}

export type Receipt = {
  format: 1
  plan: string // digest
  outcome: 'done' | 'failed' | 'interrupted' | 'went back'
  who: string
  from: string
  began: string // ISO 8601, UTC
  ended: string
  seconds: number
  releases: readonly ReceiptRelease[]
  pushes?: readonly { app: string; does: 'push' | 'rollback'; id: string }[] // of environment files
  servers: readonly ReceiptServer[]
  problems: readonly Problem[]
}

// One line of what a server remembers: who did what there, and how it ended.
export type ServerMemory = {
  when: string // ISO 8601, UTC
  who: string
  from: string
  what: string
  outcome: ReceiptServer['outcome'] | Receipt['outcome']
  plan: string // digest
  actions: number
  seconds: number
}
