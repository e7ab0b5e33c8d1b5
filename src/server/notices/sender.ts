import type { Outcome } from '../watch/metrics.ts'
import type { Receiver } from '../../model/serve-settings.ts'
import type { Notice, Store } from '../../model/store.ts'
import { deliver, type Delivery, type Fetch } from './deliver.ts'
import type { Log } from '../watch/log.ts'

export type SenderOptions = {
  fetch: Fetch
  now(): Date
  log: Pick<Log, 'warn' | 'error'>
  counted(target: string, outcome: Outcome): void
  timeout?: number // milliseconds
}
export type Sender = { wake(): void; stop(): Promise<void> }
type Outbox = Pick<Store, 'notices' | 'sent' | 'postpone' | 'giveUp'>

const SECOND = 1000
const PAUSES = [10, 60, 5 * 60, 15 * 60, 60 * 60].map((seconds) => seconds * SECOND)
const LONGEST_PAUSE = 60 * 60 * SECOND
const LOOK = 5 * SECOND
const AT_ONCE = 4
const LOOKED_AT = 100

// Sends what is due, at least once: to each receiver one after the other, to four at
// once. What cannot be sent is tried again, five times, and given up. wake():
// something was posted. stop(): what is under way is left as it is, for the next time.
export function sender(
  store: Outbox,
  receivers: () => readonly Receiver[],
  { fetch, now, log, counted, timeout = 10 * SECOND }: SenderOptions,
): Sender {
  const stopping = new AbortController()
  const under = new Map<string, Promise<void>>() // by receiver
  const arrived = new Set<number>() // told, and not yet written down: not told again
  let looking: Promise<void> | undefined
  let again = false
  const isStopping = () => stopping.signal.aborted

  const settle = async (notice: Notice, delivery: Delivery): Promise<void> => {
    const fields = { notice: notice.id, receiver: notice.target, tries: notice.tries + 1 }
    const pause = PAUSES[notice.tries]
    if (delivery.is === 'sent') {
      arrived.add(notice.id)
      await store.sent(notice.id)
      arrived.delete(notice.id)
      counted(notice.target, 'sent')
    } else if (delivery.is === 'refused' || pause === undefined) {
      await store.giveUp(notice.id, delivery.why)
      counted(notice.target, 'given up')
      log.error({ ...fields, why: delivery.why }, 'a notice is given up')
    } else {
      const due = new Date(now().getTime() + Math.max(pause, Math.min(delivery.wait, LONGEST_PAUSE))).toISOString()
      await store.postpone(notice.id, due, delivery.why)
      counted(notice.target, 'postponed')
      log.warn({ ...fields, why: delivery.why, due }, 'a notice could not be sent yet')
    }
  }

  const send = async (notice: Notice): Promise<void> => {
    if (arrived.has(notice.id)) return settle(notice, { is: 'sent' })
    const receiver = receivers().find(({ name }) => name === notice.target)
    if (receiver === undefined)
      return settle(notice, { is: 'refused', why: 'flight.yml has no receiver of this name any more' })
    const delivery = await deliver(receiver.urlFile, notice.body, { fetch, now, timeout, stopping: stopping.signal })
    if (delivery.is === 'sent' || !isStopping()) await settle(notice, delivery)
  }

  // A store that cannot be written is asked again at the next look.
  const failed = (error: unknown): void => log.error({ err: error }, 'the outbox cannot be worked on')

  const look = async (): Promise<void> => {
    for (const notice of await store.notices(now().toISOString(), LOOKED_AT)) {
      if (isStopping() || under.size >= AT_ONCE) return
      if (under.has(notice.target)) continue
      const sending = send(notice)
        .then(() => (again = true), failed)
        .finally(() => {
          under.delete(notice.target)
          if (again) wake()
        })
      under.set(
        notice.target,
        sending.then(() => undefined),
      )
    }
  }

  const wake = (): void => {
    if (isStopping()) return
    again = looking !== undefined
    if (looking !== undefined) return
    looking = look()
      .catch(failed)
      .finally(() => {
        looking = undefined
        if (again) wake()
      })
  }

  const timer = setInterval(wake, LOOK)
  wake()
  return {
    wake,
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await Promise.all([looking, ...under.values()])
      await Promise.all(under.values())
    },
  }
}
