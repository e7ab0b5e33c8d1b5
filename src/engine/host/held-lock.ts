import { FlightError } from '../../model/errors.ts'
import type { Holder, Lock } from '../../model/host.ts'
import type { Claimed } from '../../transport/server-lock.ts'
import { canonical } from '../digest.ts'

// The server's lock, taken again after a reconnection, or at
// once when it ended by itself: another run may have it by then.
export class HeldLock {
  readonly #takeNow: (claimed: Claimed) => Promise<Lock>
  readonly #holderNow: (claimed: Claimed) => Promise<Holder | undefined>
  #held: { lock: Lock; claimed: Claimed; lose: (why: string) => void } | undefined

  constructor(
    takeNow: (claimed: Claimed) => Promise<Lock>,
    holderNow: (claimed: Claimed) => Promise<Holder | undefined>,
  ) {
    this.#takeNow = takeNow
    this.#holderNow = holderNow
  }

  async take(claimed: Claimed): Promise<Lock> {
    const lock = await this.#takeNow(claimed)
    let lose: (why: string) => void = () => undefined
    const lost = new Promise<string>((resolve) => (lose = resolve))
    this.#hold({ lock, claimed, lose })
    return { lost, release: () => this.#release() }
  }

  async retake(): Promise<void> {
    if (this.#held === undefined) return
    const { claimed, lose } = this.#held
    this.#hold({ lock: await this.#takeBack(claimed), claimed, lose })
  }

  // The server holds a silent run's lock for a while: until it
  // lets go, the holder that stands in the way is this run itself.
  async #takeBack(claimed: Claimed): Promise<Lock> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#takeNow(claimed)
      } catch (error) {
        const isLocked = error instanceof FlightError && error.problems[0]?.code === 'FLIGHT_LOCKED'
        if (!isLocked || tries >= 30 || canonical((await this.#holderNow(claimed)) ?? {}) !== canonical(claimed.holder))
          throw error
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
    }
  }

  #hold(held: { lock: Lock; claimed: Claimed; lose: (why: string) => void }): void {
    this.#held = held
    void held.lock.lost.then((why) => {
      if (this.#held !== held) return
      this.retake().catch((error: unknown) => {
        // When the whole connection is gone, the step in progress reconnects and takes the lock again.
        const isGone = error instanceof FlightError && error.problems[0]?.code === 'FLIGHT_CONNECTION_LOST'
        if (!isGone) held.lose(why)
      })
    })
  }

  async #release(): Promise<void> {
    const held = this.#held
    this.#held = undefined
    await held?.lock.release()
  }
}
