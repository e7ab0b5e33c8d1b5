export type TimeOfDay = { hour: number; minute: number }
export type Timer = { now(): Date; after(milliseconds: number, call: () => void): () => void }

const MINUTE = 60_000
const LONGEST_DAY = 26 * 60 * MINUTE

// When the clock on the wall shows that time next, after this moment. A time that the clock skips in spring comes as
// much later as the clock was put forward; one that comes twice in autumn counts the first time.
export function nextDaily(after: Date, { hour, minute }: TimeOfDay): Date {
  const onDay = (days: number): Date =>
    new Date(after.getFullYear(), after.getMonth(), after.getDate() + days, hour, minute)
  const today = onDay(0)
  return today > after ? today : onDay(1)
}

// Calls once a day. It looks at the clock every minute: a timer alone stands still while the machine sleeps, and does
// not hear of a clock that is set. What was missed is made up for once. Gives the way to stop it.
export function daily(at: TimeOfDay, call: () => void, timer: Timer = systemTimer): () => void {
  let next = nextDaily(timer.now(), at)
  const look = (): void => {
    const now = timer.now()
    const isDue = now >= next
    // A clock that went back by days would make it wait for days.
    if (isDue || next.getTime() - now.getTime() > LONGEST_DAY) next = nextDaily(now, at)
    cancel = wait()
    if (isDue) call()
  }
  const wait = (): (() => void) =>
    timer.after(Math.min(MINUTE, Math.max(0, next.getTime() - timer.now().getTime())), look)
  let cancel = wait()
  return () => cancel()
}

export const systemTimer: Timer = {
  now: () => new Date(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  },
}
