import { say, type Scene } from './scene.ts'
import { fleetOfApps } from './serve-fleet.ts'
import { askFor, type Served, startServed, succeeded } from './served.ts'
import { table } from './table.ts'

const MARKS = [0, 10, 100, 500, 1000]
const SIDE_BY_SIDE = 8
const MEGABYTE = 1_048_576

// What `flight serve` holds after many releases that were really
// carried out: of eight small apps on four servers, eight side by side.
export async function benchMemory(scene: Scene, releases: number): Promise<void> {
  say(
    `\nI. Memory of flight serve after up to ${releases} releases, ${SIDE_BY_SIDE} apps side by side on ` +
      `${scene.hosts.length} servers`,
  )
  const { folder, apps } = await fleetOfApps(
    scene,
    Array.from({ length: SIDE_BY_SIDE }, (_, at) => ({
      name: `held-${at + 1}`,
      on: [scene.hosts[at % scene.hosts.length]?.name ?? ''],
    })),
  )
  const served = await startServed(folder, scene.sshConfig)
  try {
    const callers = await Promise.all(
      apps.map(async (app) => ({
        ...app,
        caller: { url: served.url, app: app.name, token: await served.tokenFor(app.name) },
      })),
    )
    const rows = [await row(served, 0, 0)]
    let done = 0
    const began = performance.now()
    for (const mark of [...MARKS.filter((each) => each > 0 && each < releases), releases]) {
      let left = mark - done
      await Promise.all(
        callers.map(async ({ repo, caller }) => {
          while (left > 0) {
            left--
            await succeeded(caller, await askFor(caller, repo.commit('Next', { 'version.txt': `${mark} ${left}\n` })))
          }
        }),
      )
      done = mark
      rows.push(await row(served, done, performance.now() - began))
    }
    say(
      `\n${table(
        ['releases', 'after', 'resident', 'heap used', 'heap after a collection', 'open files', 'handles'],
        rows,
      )}`,
    )
  } finally {
    await served.stop()
  }
}

// As it stands once nothing runs any more, then what is left of the heap when its garbage is collected.
async function row(served: Served, done: number, took: number): Promise<string[]> {
  await served.quiet()
  const [resident = NaN, heap = NaN] = await served.metrics(
    'process_resident_memory_bytes',
    'nodejs_heap_size_used_bytes',
  )
  await served.collect()
  const [held = NaN, files = NaN, handles = NaN] = await served.metrics(
    'nodejs_heap_size_used_bytes',
    'process_open_fds',
    'nodejs_active_resources_total',
  )
  return [
    `${done}`,
    `${Math.round(took / 1000)} s`,
    ...[resident, heap, held].map((bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`),
    `${files}`,
    `${handles}`,
  ]
}
