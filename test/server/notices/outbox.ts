import type { NewNotice, Notice, Store } from '../../../src/model/store.ts'

type Kept = Notice & { is: 'open' | 'sent' | 'given up' }

// The part of a store that keeps notices, in memory.
export function outbox(): Pick<Store, 'post' | 'notices' | 'sent' | 'postpone' | 'giveUp'> & { all: Kept[] } {
  const all: Kept[] = []
  const change = (id: number, to: Partial<Kept>) => {
    const kept = all[id - 1]
    if (kept === undefined) throw new Error(`there is no notice ${id}`)
    Object.assign(kept, to)
  }
  return {
    all,
    post: async (notices: readonly NewNotice[]) => {
      for (const notice of notices) all.push({ ...notice, id: all.length + 1, tries: 0, error: null, is: 'open' })
    },
    notices: async (due, limit) =>
      all
        .filter((notice) => notice.is === 'open' && notice.due <= due)
        .slice(0, limit)
        .map((notice) => ({ ...notice })),
    sent: async (id) => change(id, { is: 'sent' }),
    postpone: async (id, due, error) => change(id, { due, error, tries: (all[id - 1]?.tries ?? 0) + 1 }),
    giveUp: async (id, error) => change(id, { is: 'given up', error }),
  }
}
