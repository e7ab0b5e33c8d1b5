import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writeInitialDefinitions } from '../../src/definitions/init.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { readPlan, writePlan } from '../../src/engine/plan/plan-file.ts'
import type { Definitions } from '../../src/model/definitions.ts'
import type { Plan } from '../../src/model/plan.ts'
import { REASON_CODES } from '../../src/model/action.ts'
import { planMarkdown } from '../../src/views/plan-markdown.ts'
import { planText } from '../../src/views/plan-text.ts'
import { aBareServer } from '../support/memory/bookworm.ts'
import type { MemoryServer } from '../support/memory-server.ts'
import { isKept } from '../support/kept-text.ts'
import { apply, planFor } from '../support/runs.ts'
import { page, root } from './pages.ts'

// The plans in plans/: of what `flight init` writes, for bare
// servers; and of one changed line once these are provisioned.

const folder = mkdtempSync(join(tmpdir(), 'flight-example-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

async function exampleDefinitions(): Promise<Definitions> {
  await writeInitialDefinitions(folder)
  return (await loadDefinitions(folder)).definitions
}

function bareServer(name: string): MemoryServer {
  const server = aBareServer(name)
  server.hostKey = `SHA256:${createHash('sha256').update(name).digest('base64').replace('=', '')}`
  return server
}

const longer = (definitions: Definitions, requestDuration: number): Definitions => ({
  ...definitions,
  clusters: definitions.clusters.map((cluster) => ({ ...cluster, requestDuration })),
})

function areKept(name: string, plan: Plan): void {
  isKept(join(root, 'plans', `${name}.json`), writePlan(plan))
  isKept(
    join(root, 'plans', `${name}.txt`),
    `${planText(plan, { color: false, width: 100, full: true, file: `plans/${name}.json` }).trimEnd()}\n`,
  )
  isKept(join(root, 'plans', `${name}.md`), `${planMarkdown(plan).trimEnd()}\n`)
}

test('the plans of the example definitions are those in plans/', async () => {
  const definitions = await exampleDefinitions()
  const servers = definitions.clusters.flatMap((cluster) => cluster.servers).map(({ name }) => bareServer(name))
  const first = await planFor(definitions, servers)
  areKept('new-servers', first)
  await apply(first, definitions, servers)
  areKept('changed-limit', await planFor(longer(definitions, 60), servers))
})

test('the plans in plans/ are read back as they were written, and not once a byte is changed', () => {
  for (const name of ['new-servers', 'changed-limit']) {
    const text = readFileSync(join(root, 'plans', `${name}.json`), 'utf8')
    assert.is(writePlan(readPlan(text, name)), text)
    assert.throws(() => readPlan(text.replace('opcache', 'opCache'), name), /was changed after it was made/)
  }
})

test('plans/FORMAT.md names every field of a plan, every kind of action and every code of a reason', () => {
  const { text } = page('plans/FORMAT.md')
  const schema = JSON.parse(readFileSync(join(root, 'schemas/plan.json'), 'utf8')) as {
    properties: Record<string, { items?: { properties?: object } }>
    $defs: { action: { oneOf: { properties: { kind: { const: string } } }[] } }
  }
  const fields = [
    ...Object.keys(schema.properties),
    ...Object.keys(schema.properties['servers']?.items?.properties ?? {}),
    'address',
    'kind',
    'feature',
    'verb',
    'before',
    'after',
    'because',
    ...REASON_CODES,
  ]
  const kinds = schema.$defs.action.oneOf.map(({ properties }) => properties.kind.const)
  assert.equal(
    [...fields, ...kinds].filter((name) => !text.includes(`\`${name}\``)),
    [],
  )
})

test.run()
