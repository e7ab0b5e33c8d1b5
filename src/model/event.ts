import type { Verb } from './action.ts'
import type { ReceiptAction } from './receipt.ts'

// What a run tells while it goes on. Views draw them; nothing is decided by them.
export type RunEvent =
  | { event: 'server-asked'; server: string } // connected and probing
  | { event: 'server-answered'; server: string; actions: number }
  | { event: 'server-missing'; server: string; what: string }
  | { event: 'stage-begins'; stage: string; servers: readonly string[] }
  | { event: 'action-begins'; server: string; address: string; feature: string; verb: Verb }
  | { event: 'action-progress'; server: string; address: string; text: string } // one short line: 23 of 89 packages
  | {
      event: 'action-ends'
      server: string
      address: string
      outcome: ReceiptAction['outcome']
      seconds: number
      error?: string
    }
  | { event: 'server-ends'; server: string; outcome: 'done' | 'failed' | 'unreachable' | 'interrupted' }
  | { event: 'verifying'; server: string }
  // what a person should know at once: following a step that still runs, connection lost
  | { event: 'note'; text: string }

export type Listener = (event: RunEvent) => void
