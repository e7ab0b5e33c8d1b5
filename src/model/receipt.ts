import { EXIT_OF_CODE, type Problem } from './errors.ts'

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

// How an apply ended, as an exit code; `interrupted` is what the signal asks for.
export function exitOfReceipt(receipt: Receipt, interrupted?: number): number {
  switch (receipt.outcome) {
    case 'done':
      return receipt.servers.some(({ outcome }) => outcome === 'unreachable') ? 6 : 0
    case 'failed':
    case 'went back':
      return exitOfFirst(receipt.problems)
    case 'interrupted':
      return interrupted ?? 130
  }
}

// Once something may have been written, only these say how it went.
const AFTER_WRITING: readonly number[] = [1, 6, 7]

function exitOfFirst(problems: readonly Problem[]): number {
  const first = problems[0]
  const exit = first === undefined ? 1 : EXIT_OF_CODE[first.code]
  return AFTER_WRITING.includes(exit) ? exit : 1
}
