// A body on its way, of which nobody knows yet whether it is proven.
export type Room = { took(bytes: number): void; leave(): void }
export type Rooms = { enter(drop: () => void): Room | undefined }

// So many bodies and bytes of them at once. Where one more comes, the slowest of those that have had their time is
// dropped; none enters where all are new. Whoever sends slowly therefore keeps nobody out who sends. `patience`: for
// how long nobody is called slow, in milliseconds of `clock`.
export function rooms(
  { bodies, bytes, patience }: { bodies: number; bytes: number; patience: number },
  clock: () => number,
): Rooms {
  type Taken = { since: number; size: number; drop(): void }
  const taken = new Set<Taken>()
  const held = { bytes: 0 }
  const leave = (one: Taken) => {
    if (taken.delete(one)) held.bytes -= one.size
  }
  const slowest = (): Taken | undefined => {
    const now = clock()
    const rate = ({ size, since }: Taken) => size / (now - since)
    return [...taken]
      .filter(({ since }) => now - since > patience)
      .reduce<Taken | undefined>(
        (found, one) => (found === undefined || rate(one) < rate(found) ? one : found),
        undefined,
      )
  }
  // Whether one was dropped, the one who asks among them.
  const makeRoom = (): boolean => {
    const one = slowest()
    if (one === undefined) return false
    leave(one)
    one.drop()
    return true
  }
  return {
    enter(drop) {
      if (taken.size >= bodies && !makeRoom()) return undefined
      const one: Taken = { since: clock(), size: 0, drop }
      taken.add(one)
      return {
        took(more) {
          if (!taken.has(one)) return
          one.size += more
          held.bytes += more
          while (held.bytes > bytes && taken.has(one)) {
            if (makeRoom()) continue
            leave(one)
            drop()
          }
        },
        leave: () => leave(one),
      }
    },
  }
}
