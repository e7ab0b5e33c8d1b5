import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FULL } from '../e2e/drill-size.ts'
import { namesIn, repository, requestFor } from './repository.ts'

const program = new URL('./make-in-a-child.ts', import.meta.url).pathname

function measured(request: object): { sha256: string; rss: number } {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', program, JSON.stringify(request)], {
    encoding: 'utf8',
  })
  const [, sha256 = stderr, rss] = /sha256 (\w+)\nrss (\d+)/.exec(stdout) ?? []
  return { sha256, rss: Number(rss) }
}

const small = repository()
small.commit('Small', { a: '1' })
const floor = measured(requestFor(small.path)).rss

test('a file of 300 MB streams: memory stays within 150 MB of that of a small one', () => {
  const large = repository()
  for (let count = 0; count < 30; count++) appendFileSync(join(large.path, 'large'), randomBytes(10 * 1024 * 1024))
  large.git('config', 'core.compression', '0')
  large.git('config', 'core.bigFileThreshold', '1m')
  large.commit('Large', {})
  const request = requestFor(large.path)
  const plain = measured(request)
  assert.match(plain.sha256, /^[0-9a-f]{64}$/)
  assert.ok(plain.rss < floor + 150, `${plain.rss} MB over ${floor} MB`)
  process.stdout.write(`memory: small ${floor} MB, 300 MB ${plain.rss} MB\n`)
  if (!FULL) return
  const built = measured({ ...request, buildCommands: ['true'] })
  assert.match(built.sha256, /^[0-9a-f]{64}$/)
  assert.ok(built.rss < floor + 150, `${built.rss} MB over ${floor} MB`)
  process.stdout.write(`memory: through a build ${built.rss} MB\n`)
})

const MANY = FULL ? 20_000 : 4000

test(`${MANY} files arrive`, () => {
  const many = repository()
  many.commit(
    'Many',
    Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`d${index % 200}/file ${index}`, String(index)])),
  )
  const request = requestFor(many.path)
  const began = Date.now()
  const { sha256 } = measured(request)
  assert.match(sha256, /^[0-9a-f]{64}$/)
  process.stdout.write(`${MANY} files: ${Date.now() - began} ms\n`)
  const file = execFileSync('find', [request.state, '-name', 'artifact.tar.gz'], { encoding: 'utf8' }).trim()
  assert.is(namesIn(file).length, MANY + 200)
})

test.run()
