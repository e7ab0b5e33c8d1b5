import { setTimeout as pause } from 'node:timers/promises'
import type { NumberedEvent } from '../src/model/request.ts'
import { say, type Scene } from './scene.ts'
import { fleetOfApps } from './serve-fleet.ts'
import { askFor, type Caller, eventsOf, startServed, succeeded } from './served.ts'
import { median, milliseconds, table } from './table.ts'

const ROUNDS = 10
const QUIET = 1500
const POINTS = ['202 received', 'begins', 'planned', 'first step on a host', 'ended'] as const

// From sending a request to the first step on a host, and to its end,
// beside `flight app:release` of the same app, one of each in turn.
export async function benchLatency(scene: Scene): Promise<void> {
  say(
    `\nH. From a request to the first step on a host: ${ROUNDS} rounds, in turn with flight app:release; all times ` +
      `since the request was sent`,
  )
  const names = scene.hosts.map(({ name }) => name)
  const { folder, apps, flight } = await fleetOfApps(
    scene,
    [1, 3].map((size) => ({ name: `quick-${size}`, on: names.slice(0, size) })),
  )
  const served = await startServed(folder, scene.sshConfig)
  try {
    for (const [at, { name, repo }] of apps.entries()) {
      const caller = { url: served.url, app: name, token: await served.tokenFor(name) }
      const rounds: number[][] = []
      const commands: number[] = []
      for (let round = 0; round <= ROUNDS; round++) {
        const points = await one(caller, repo.commit('Next', { 'version.txt': `${round} served\n` }))
        // The look at what is live, which follows a release, shall not run beside the next one.
        await pause(QUIET)
        const { wall } = await flight(
          'app:release',
          name,
          repo.commit('Next', { 'version.txt': `${round} by hand\n` }),
          '--yes',
        )
        // The first round warms the caches of everybody.
        if (round === 0) continue
        rounds.push(points)
        commands.push(wall)
      }
      const rows = POINTS.map((point, index) => [point, ...spread(rounds.map((points) => points[index] ?? NaN))])
      const heads = [`one app on ${at === 0 ? 'one server' : 'three servers'}`, 'median', 'least', 'most']
      say(`\n${table(heads, [...rows, ['flight app:release, whole', ...spread(commands)]])}`)
    }
  } finally {
    await served.stop()
  }
}

// Milliseconds from sending to each of the points.
async function one(caller: Caller, commit: string): Promise<number[]> {
  const sent = Date.now()
  const id = await askFor(caller, commit)
  const accepted = Date.now()
  await succeeded(caller, id)
  const told = await eventsOf(caller, id)
  const at = (event: NumberedEvent['told']['event']) =>
    Date.parse(told.find((each) => each.told.event === event)?.at ?? '')
  return [accepted, at('begins'), at('planned'), at('action-begins'), at('ends')].map((time) => time - sent)
}

const spread = (values: readonly number[]) =>
  [median(values), Math.min(...values), Math.max(...values)].map(milliseconds)
