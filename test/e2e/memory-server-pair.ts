import { dirname } from 'node:path/posix'
import * as assert from 'uvu/assert'
import { openRemoteHost } from '../../src/engine/host/remote-host.ts'
import { FlightError } from '../../src/model/errors.ts'
import type { AptTransaction, FactAnswers, FactName, FactQuery } from '../../src/model/fact.ts'
import type { Host } from '../../src/model/host.ts'
import type { InstallStep, Step, WriteStep } from '../../src/model/step.ts'
import { quote } from '../../src/shell/quote.ts'
import { createConnector } from '../../src/transport/connector.ts'
import type { LabHost } from '../lab/host.ts'
import { hosts, sharedLab } from '../lab/shared.ts'
import { HOLDER, server, SSH } from '../support/builders.ts'
import { isolated } from '../transport/world.ts'
import { MemoryServer } from '../support/memory-server.ts'
import { aMachine } from '../support/memory/bookworm.ts'
import type { Machine } from '../support/memory/machine.ts'
import { makeFolders, putInPlace } from '../support/memory/tree.ts'

// The server in memory against a real one: the same steps, and after each of them the same questions.

// The digest of no file.
export const NOT_THIS = '0'.repeat(64)
const PLAN = `sha256:${'a1b2c3d4e5f6'.repeat(5)}0000`

// What is done to both servers: a step, or something that a person does by hand. `settle` waits on the real one for
// what goes on after the step is done; `plan` is another plan than before, which keeps what it finds.
export type Deed =
  | { what: string; step: Step; again?: boolean; settle?: string; plan?: string }
  | { what: string; by: 'hand'; real: string; memory: (to: MemoryServer) => void }
// The two servers, and how Flight reaches each.
export type Pair = { lab: LabHost; real: Host; memory: MemoryServer; fake: Host; close(): Promise<void> }

// A bookworm host and its counterpart, both locked for one run.
export async function aPair(name: string): Promise<Pair> {
  const [lab] = await hosts({ name, suite: 'bookworm' })
  const { places } = await sharedLab()
  const connector = createConnector({ ...isolated(), sshConfigFile: places.sshConfig })
  const real = await openRemoteHost(server(name, { host: name, ssh: { ...SSH, port: undefined } }), (to) =>
    connector.connect(to),
  )
  const machine = aMachine(await real.system())
  machine.packages.set('base-files', { name: 'base-files', version: 'SOME' })
  for (const group of ['staff', 'games', 'daemon', 'dialout']) machine.groups.add(group)
  for (const user of ['games', 'daemon'])
    machine.users.set(user, {
      uid: 1,
      gid: 1,
      home: `/usr/${user === 'games' ? 'games' : 'sbin'}`,
      shell: '/usr/sbin/nologin',
    })
  const memory = new MemoryServer(name, machine)
  const fake = memory.connect({ alive: true })
  const locks = await Promise.all([real, fake].map((host) => host.lock(HOLDER, PLAN, 'server')))
  const close = async () => {
    await Promise.all(locks.map((lock) => lock.release()))
    for (const host of [real, fake]) host.close()
    connector.close()
  }
  return { lab, real, memory, fake, close }
}

// A pair whose host is gone afterwards.
export async function withPair(name: string, act: (pair: Pair) => Promise<void>): Promise<void> {
  const pair = await aPair(name)
  try {
    await act(pair)
  } finally {
    await pair.close()
    await pair.lab.remove()
  }
}

// Does every deed on both, asks both the same, and holds the answers against each other.
export async function compare(pair: Pair, deeds: readonly Deed[], queries: readonly FactQuery[]): Promise<void> {
  const same = async (what: string) => {
    const [real, fake] = await Promise.all([pair.real.probe(queries), pair.fake.probe(queries)])
    for (const query of queries)
      assert.equal(normal(query, fake.get(query)), normal(query, real.get(query)), `${what}: ${JSON.stringify(query)}`)
  }
  await same('before')
  for (const [index, deed] of deeds.entries()) {
    pair.memory.machine.today = new Date().toISOString().slice(0, 10)
    if ('by' in deed) {
      await pair.lab.must(deed.real)
      deed.memory(pair.memory)
      await same(deed.what)
      continue
    }
    for (const time of deed.again === false ? ['once'] : ['once', 'again']) {
      const context = { plan: deed.plan ?? PLAN, id: `${time}-${index}-${queries.length}`, progress: () => undefined }
      const outcomes = await Promise.all(
        [pair.real, pair.fake].map((host) => outcomeOf(host.perform(deed.step, context))),
      )
      assert.equal(
        outcomes[1]?.code,
        outcomes[0]?.code,
        `${deed.what}, ${time}: ${outcomes.map((outcome) => outcome.said).join(' / ')}`,
      )
      if (deed.settle !== undefined) await pair.lab.must(deed.settle)
      await same(`${deed.what}, ${time}`)
    }
  }
}

async function outcomeOf(promised: Promise<void>): Promise<{ code: string; said: string }> {
  try {
    await promised
    return { code: 'done', said: 'done' }
  } catch (error) {
    if (!(error instanceof FlightError)) throw error
    return { code: error.problems[0]?.code ?? '', said: error.message }
  }
}

// An answer without what must differ: moments, numbers of users, versions
// of Debian's own packages, apt's words, how much memory there is.
function normal(query: FactQuery, answer: FactAnswers[FactName] | undefined): unknown {
  if (answer === undefined) return undefined
  switch (query.fact) {
    case 'user': {
      const { home, shell } = answer as NonNullable<FactAnswers['user']>
      return { home, shell }
    }
    case 'package': {
      const { installed, candidate, transaction } = answer as FactAnswers['package']
      const version = (text: string | undefined) =>
        text === undefined || query.name.startsWith('lab-') ? text : 'SOME'
      return { installed: version(installed), candidate: version(candidate), transaction: ofLab(transaction) }
    }
    case 'releases': {
      const { current, releases } = answer as FactAnswers['releases']
      return {
        current,
        releases: releases.map(({ live, good, kept, ...rest }) => ({
          ...rest,
          wasLive: live !== undefined,
          isGood: good !== undefined,
          isKept: kept !== undefined,
        })),
      }
    }
    case 'environment': {
      const fact = answer as FactAnswers['environment']
      return fact.is === 'file' ? { is: 'file', bytes: fact.base64.reveal() } : fact
    }
    case 'pushes': {
      const { previous, ...rest } = answer as FactAnswers['pushes']
      return { ...rest, previous: previous?.reveal() }
    }
    case 'memory':
      return (answer as FactAnswers['memory']).megabytes > 100
    default:
      return answer
  }
}

function ofLab({ installs, upgrades, removes, refusal, ...rest }: AptTransaction): unknown {
  const isLab = ({ name }: { name: string }) => name.startsWith('lab-')
  return {
    installs: installs.filter(isLab),
    upgrades: upgrades.filter(isLab),
    removes: removes.filter(isLab),
    isRefused: refusal !== undefined,
    ...rest,
  }
}

// Steps with what most tests want of them.
export const write = (path: string, content: string | Uint8Array, more: Partial<WriteStep> = {}): WriteStep => ({
  step: 'write',
  path,
  content,
  mode: '644',
  owner: 'root',
  group: 'root',
  scope: 'cluster',
  ...more,
})
export const directory = (path: string, mode = '755', owner = 'root', group = owner, by = 'root'): Step => ({
  step: 'directory',
  path,
  mode,
  owner,
  group,
  by,
})
export const link = (path: string, target: string, owner = 'root'): Step => ({
  step: 'link',
  path,
  target,
  owner,
  group: owner,
})
export const user = (name: string, scope = `app:${name}`): Step => ({
  step: 'user',
  name,
  home: `/home/${name}`,
  shell: '/usr/sbin/nologin',
  scope,
})
export const retire = (path: string, comment: '#' | ';' = '#'): Step => ({
  step: 'retire',
  path,
  comment,
  because: `it's no longer $(wanted)`,
})
export const install = (packages: readonly string[], more: Partial<InstallStep> = {}): Step => ({
  step: 'install',
  packages,
  refresh: false,
  upgrades: [],
  removes: [],
  sources: [],
  ...more,
})

// Somebody writes a file of root's on both.
export function byHand(path: string, content: string): Deed {
  return {
    what: `somebody writes ${path}`,
    by: 'hand',
    real:
      `mkdir -p ${quote(dirname(path))} && printf '%s' ${quote(content)} >${quote(`${path}.tmp`)} && mv ` +
      `${quote(`${path}.tmp`)} ${quote(path)}`,
    memory: ({ machine }) => {
      makeFolders(machine, dirname(path))
      putInPlace(machine, path, {
        type: 'file',
        content: Buffer.from(content),
        mode: '644',
        owner: 'root',
        group: 'root',
      })
    },
  }
}

// Something that somebody does on both.
export const hand = (what: string, real: string, memory: (machine: Machine) => void): Deed => ({
  what,
  by: 'hand',
  real,
  memory: (to) => memory(to.machine),
})

// Questions about these paths.
export const files = (...paths: string[]): FactQuery[] =>
  paths.map((path) => ({ fact: 'file', path, wanted: NOT_THIS }))

// Another plan, which keeps what it finds.
export const aPlan = (letter: string) => ({ plan: `sha256:${letter.repeat(64)}` })
