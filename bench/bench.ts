import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { benchApps } from './apps.ts'
import { benchNothingToDo } from './nothing-to-do.ts'
import { benchPeers } from './peers.ts'
import { benchProvisioning } from './provisioning.ts'
import { benchReleases } from './releases.ts'
import { openScene, say } from './scene.ts'
import { benchUpload } from './upload.ts'

// `npm run bench`: Flight beside bare ssh and bare apt on four real hosts, in one run. Judges nothing: wall time is
// the machine's as much as ours. `-- --peers` adds Ansible, when apt has it.

const wantsPeers = process.argv.slice(2).includes('--peers')
const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
try {
  say(`${cpus().length} cores (${cpus()[0]?.model}), ${system}, Node ${process.version}; load ${load()}; the servers run on the same cores`)
  const scene = await openScene()
  await benchProvisioning(scene)
  say(`\nload ${load()}`)
  await benchNothingToDo(scene)
  say(`\nload ${load()}`)
  await benchApps(scene)
  say(`\nload ${load()}`)
  await benchReleases(scene)
  await benchUpload(scene)
  if (wantsPeers) await benchPeers(scene)
  say(`\nload ${load()}`)
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
}

function load(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ')
}
