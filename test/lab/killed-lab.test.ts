import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { labUnavailable } from './available.ts'
import { processesIn } from './cgroup.ts'
import { prepareLab } from './lab.ts'

const promise = labUnavailable() === undefined ? test : test.skip
const ID = 98

// A process that has lab 98 with one host in it; resolves when the host is up.
async function otherLab() {
  const script = fileURLToPath(new URL('one-host.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, FLIGHT_LAB_ID: String(ID) },
  })
  child.stdout.setEncoding('utf8')
  for await (const text of child.stdout.iterator({ destroyOnReturn: false })) if (String(text).includes('up')) break
  return child
}

promise('a lab in use is refused; killed with SIGKILL, it is cleaned by the next start', async () => {
  const child = await otherLab()
  let refusal = ''
  await prepareLab({ suites: [], log: () => undefined, id: ID }).catch((error: Error) => (refusal = error.message))
  assert.match(refusal, 'lab 98 is used by another process')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(processesIn(`fl${ID}-10`).length > 3, 'the host outlives a killed lab')

  const lines: string[] = []
  const lab = await prepareLab({ suites: [], log: (line) => lines.push(line), id: ID })
  assert.equal(lines, ['lab: removed what an earlier run left: left-1'])
  assert.equal(processesIn(`fl${ID}-10`), [])
  assert.not.match(readFileSync('/proc/mounts', 'utf8'), `lab-${ID}/`)
  await lab.down()
  assert.not.match(readFileSync('/proc/net/dev', 'utf8'), `flightlab${ID}`)
})

promise('a lab that is asked to terminate leaves nothing', async () => {
  const child = await otherLab()
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.is(code, 143)
  assert.equal(processesIn(`fl${ID}-10`), [])
  assert.not.match(readFileSync('/proc/net/dev', 'utf8'), `flightlab${ID}`)
})

test.run()
