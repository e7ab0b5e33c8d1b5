import type { RequestEvent } from '../../model/request.ts'
import type { Store } from '../../model/store.ts'

// Milliseconds for which what is told is gathered before it is written, between two words of progress of one action,
// and until what could not be written is tried again.
const GATHER = 150
const PROGRESS = 1000
const AGAIN = 2000

// The most that is kept while nothing can be written: what comes then is lost to the log, and to nothing else.
const MOST = 10_000

export type Recorder = { tell(event: RequestEvent): void; flush(): Promise<void> }

// Writes what is told of a request, in order, several at a time: a release tells hundreds of things, the disk is asked
// a few times a second. What cannot be written is kept and tried again; flush() tries once more and waits for that.
export function recorder(
  store: Pick<Store, 'append'>,
  id: number,
  { now, written, failed }: { now(): Date; written(): void; failed(error: unknown): void },
): Recorder {
  const gathered: { at: string; event: RequestEvent }[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  const said = new Map<string, number>()

  const write = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(async () => {
      const told = gathered.slice()
      if (told.length === 0) return
      try {
        await store.append(id, told)
        gathered.splice(0, told.length)
        written()
      } catch (error) {
        failed(error)
        timer ??= setTimeout(() => void write(), AGAIN)
      }
    })
    return writing
  }

  return {
    tell(event) {
      const at = now()
      if (event.event === 'action-progress' && at.getTime() - (said.get(event.address) ?? 0) < PROGRESS) return
      if (event.event === 'action-progress') said.set(event.address, at.getTime())
      if (event.event === 'action-ends') said.delete(event.address)
      if (gathered.length < MOST) gathered.push({ at: at.toISOString(), event })
      timer ??= setTimeout(() => void write(), GATHER)
    },
    async flush() {
      await write()
      clearTimeout(timer)
    },
  }
}
