import type { RequestEvent } from '../model/request.ts'
import type { Store } from '../model/store.ts'

// Milliseconds for which what is told is gathered before it is written, and between two words of progress of one action.
const GATHER = 150
const PROGRESS = 1000

export type Recorder = { tell(event: RequestEvent): void; flush(): Promise<void> }

// Writes what is told of a request, in order, several at a time: a release tells hundreds of things, the disk is asked a few times a second.
export function recorder(store: Store, id: number, { now, written, failed }: { now(): Date; written(): void; failed(error: unknown): void }): Recorder {
  let gathered: { at: string; event: RequestEvent }[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  const said = new Map<string, number>()

  const write = () => {
    clearTimeout(timer)
    timer = undefined
    const told = gathered.splice(0)
    gathered = []
    if (told.length === 0) return
    writing = writing.then(async () => {
      await store.append(id, told)
      written()
    })
    writing.catch(failed)
  }

  return {
    tell(event) {
      const at = now()
      if (event.event === 'action-progress' && at.getTime() - (said.get(event.address) ?? 0) < PROGRESS) return
      if (event.event === 'action-progress') said.set(event.address, at.getTime())
      if (event.event === 'action-ends') said.delete(event.address)
      gathered.push({ at: at.toISOString(), event })
      timer ??= setTimeout(write, GATHER)
    },
    async flush() {
      write()
      await writing
    },
  }
}
