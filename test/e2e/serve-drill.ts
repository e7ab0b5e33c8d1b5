import * as assert from 'uvu/assert'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ask,
  call,
  ended,
  type Served,
  type ServedApp,
  type ServeFleet,
  type Shown,
  startServe,
} from './serve-fleet.ts'

// What is asked of the deployment server while things go wrong, and what must be true afterwards whatever happened.

export type Asked = { app: ServedApp; commit: string; id: number }

// New commits of each app, in order.
export function commitsFor(fleet: ServeFleet, each: number, title: string): { app: ServedApp; commits: string[] }[] {
  return fleet.apps.map((app) => ({
    app,
    commits: Array.from({ length: each }, (_, n) =>
      app.repo.commit(`${title} ${n + 1}`, { 'drill.txt': `${title} ${n + 1}` }),
    ),
  }))
}

// Asks for all of them at once, of each app in order, and for each commit again while it waits or runs. Whoever gets no
// answer asks again, as a pipeline does.
export async function burst(
  fleet: ServeFleet,
  wanted: readonly { app: ServedApp; commits: readonly string[] }[],
  key: string,
): Promise<Asked[]> {
  const asked = await Promise.all(
    wanted.map(async ({ app, commits }) => {
      const of: Asked[] = []
      for (const commit of commits) {
        const id = await insist(fleet, app, commit, `${key}-${commit}`)
        assert.is(await insist(fleet, app, commit, `${key}-${commit}`), id, 'the same request is the same release')
        of.push({ app, commit, id })
      }
      return of
    }),
  )
  return asked.flat()
}

async function insist(fleet: ServeFleet, app: ServedApp, commit: string, key: string): Promise<number> {
  for (let n = 0; ; n++) {
    try {
      return await ask(fleet, app, commit, {}, { 'idempotency-key': key })
    } catch (error) {
      if (n === 3000) throw error
      await sleep(100)
    }
  }
}

// Each of them went live, exactly once, in the order in which it was asked for, on every server of its app.
export async function wentLiveOnceInOrder(fleet: ServeFleet, asked: readonly Asked[]): Promise<Shown[]> {
  const shown = await Promise.all(asked.map(({ app, id }) => ended(fleet, app, id)))
  const bad = shown.filter(({ state }) => state !== 'succeeded')
  assert.equal(bad, [], `${bad.length} did not succeed`)
  for (const app of fleet.apps) {
    const names = asked
      .filter((each) => each.app === app)
      .map(({ id }) => shown.find((each) => each.id === id)?.release ?? '')
    for (const host of fleet.hosts.filter(({ name }) => app.on.includes(name))) {
      const ran = async (file: string) =>
        (await host.must(`cat /home/${app.name}/${app.name}/.flight/shared/storage/logs/${file}`))
          .trim()
          .split('\n')
          .slice(-names.length)
      assert.equal(await ran('prepared'), names, `${app.name} on ${host.name}: what was made ready`)
      assert.equal(await ran('after'), names, `${app.name} on ${host.name}: what went live`)
      assert.is((await host.must(`readlink /home/${app.name}/${app.name}/current`)).trim(), `releases/${names.at(-1)}`)
    }
  }
  return shown
}

// Kills the server so many times at random moments while it works, and starts it again each time.
export async function killed(fleet: ServeFleet, served: Served, times: number, seed: number): Promise<Served> {
  let now = served
  let random = seed
  for (let n = 0; n < times; n++) {
    random = (random * 1103515245 + 12345) % 2147483648
    await sleep(200 + (random % 3000))
    now.process.kill('SIGKILL')
    await now.stopped
    now = await startServe(fleet)
  }
  return now
}

// How many requests of all apps have not ended.
export async function unfinished(fleet: ServeFleet): Promise<number> {
  const counts = await Promise.all(
    fleet.apps.map(
      async (app) =>
        ((await call(fleet, app, 'GET', `/v1/apps/${app.name}/releases?limit=100`)).json as { releases: Shown[] })
          .releases,
    ),
  )
  return counts.flat().filter(({ state }) => state === 'waiting' || state === 'running').length
}
