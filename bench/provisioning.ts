import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Plan } from '../src/model/plan.ts'
import { measure } from './measured.ts'
import { say, type Scene } from './scene.ts'
import { median, seconds, table } from './table.ts'

// Four bare servers to four web servers: flight apply, and apt alone with the same packages. Bare again before each; in
// the order flight, apt, apt, flight, so that neither always comes first. Leaves the servers provisioned.
export async function benchProvisioning(scene: Scene): Promise<void> {
  say('\nB. Provisioning four bare servers (apt downloads everything each time); about five minutes')
  const walls: Record<'flight apply' | 'apt alone over ssh', number[]> = {
    'flight apply': [],
    'apt alone over ssh': [],
  }
  let packages: string[] = []
  for (const side of ['flight apply', 'apt alone over ssh', 'apt alone over ssh', 'flight apply'] as const) {
    await Promise.all(scene.hosts.map((host) => host.reset()))
    if (side === 'flight apply') {
      const { wall: planned } = await scene.flight('plan')
      packages = packagesOf(scene)
      const { wall, cpu } = await scene.flight('apply', 'plan.json')
      walls[side].push(wall)
      say(`  flight apply: ${seconds(wall)} (its own CPU ${seconds(cpu)}; the plan before it ${seconds(planned)})`)
    } else {
      const { wall } = await measure(scene.hosts.map((host) => scene.ssh(host, `sh -s`, aptScript(packages))))
      walls[side].push(wall)
      say(`  apt alone: ${seconds(wall)}`)
    }
  }
  const apt = median(walls['apt alone over ssh'])
  const rows = Object.entries(walls).map(([side, all]) => [
    side,
    ...all.map(seconds),
    seconds(median(all)),
    (median(all) / apt).toFixed(2),
  ])
  say(`\n${table([`${packages.length} packages on each of four`, 'first', 'second', 'median', 'ratio'], rows)}`)
}

function packagesOf(scene: Scene): string[] {
  const plan = JSON.parse(readFileSync(join(scene.folder, 'plan.json'), 'utf8')) as Plan
  const actions =
    plan.stages.flatMap((stage) => stage.servers).find(({ server }) => server === scene.hosts[0]?.name)?.actions ?? []
  const names = actions
    .filter((action) => action.kind === 'package')
    .map((action) => action.address.split('/').slice(2).join('/'))
  if (names.length === 0) throw new Error('the plan of a bare server installs no packages')
  return names
}

function aptScript(packages: readonly string[]): string {
  return `set -e
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
apt-get -q update >/dev/null
apt-get -q -y --no-install-recommends install ${packages.join(' ')} >/dev/null 2>&1
`
}
