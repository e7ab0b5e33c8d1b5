export type Places = { take(group: string): (() => void) | 'full' | 'too many of yours' }

// So many places overall and for each address; what is taken is given back once.
export function places(all: number, each: number): Places {
  const taken = new Map<string, number>()
  let sum = 0
  return {
    take: (group) => {
      const own = taken.get(group) ?? 0
      if (sum >= all) return 'full'
      if (own >= each) return 'too many of yours'
      taken.set(group, own + 1)
      sum++
      let isTaken = true
      return () => {
        if (!isTaken) return
        isTaken = false
        sum--
        const left = (taken.get(group) ?? 1) - 1
        if (left === 0) taken.delete(group)
        else taken.set(group, left)
      }
    },
  }
}
