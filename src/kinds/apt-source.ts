import { createHash } from 'node:crypto'
import { type AptSource, aptSourcesIn } from '../model/apt-sources.ts'
import type { FileBefore, Reason } from '../model/action.ts'
import type { ForeignLine } from '../model/fact.ts'
import type { AptSourceDesired } from '../model/resource.ts'
import type { Step } from '../model/step.ts'
import { fileBefore, isForeign, isSameFile } from './before.ts'
import { names } from '../model/words.ts'
import type { Kind } from './kind.ts'

const HEAD = '# Written by Flight; change the cluster definition instead.\n'

// A repository in deb822 form, signed by one key, with its preferences.
export const aptSourceKind: Kind<'apt-source'> = {
  facts: (desired) => [
    ...files(desired).map(({ path, content }) => query(path, content)),
    { fact: 'key', path: keyPath(desired) },
    { fact: 'foreign', claim: 'apt-source' },
  ],

  diff(desired, facts) {
    const rival = rivalOf(desired, facts.get({ fact: 'foreign', claim: 'apt-source' }))
    if (rival !== undefined) {
      return {
        is: 'conflict',
        where: `${rival.file}:${rival.line}`,
        what:
          `another source for ${shown(desired.uri)} is here already; with two keys for one repository apt ` +
          `refuses to work at all`,
        hint: 'remove that source, or set `php_source: distro` if it is enough; then plan again',
      }
    }
    const key = facts.get({ fact: 'key', path: keyPath(desired) })?.fingerprints ?? []
    const found = files(desired).map(({ path, content }) => ({
      path,
      content,
      before: fileBefore(facts.get(query(path, content))),
    }))
    const inTheWay = found.find(({ before }) => before === undefined)
    if (inTheWay !== undefined) {
      const { type } = facts.get(query(inTheWay.path, inTheWay.content))
      return {
        is: 'conflict',
        where: inTheWay.path,
        what: `is a ${type === 'directory' ? type : 'device, socket or pipe'}, a file is wanted`,
        hint: 'move it away and plan again',
      }
    }
    const befores = found.map(({ content, before = { is: 'absent' as const } }) => ({ content, before }))
    const because = [
      ...keyReasons(desired, key),
      ...befores.flatMap(({ content, before }, index) =>
        isSame(before, content)
          ? []
          : [
              {
                code: 'differs' as const,
                text: index === 0 ? 'the source is not as defined' : 'its preferences are not as defined',
              },
            ],
      ),
    ]
    if (because.length === 0) return { is: 'same', why: `${shown(desired.uri)} is a source, signed by the defined key` }
    const [sources = { is: 'absent' as const }, preferences = { is: 'absent' as const }] = befores.map(
      ({ before }) => before,
    )
    return {
      is: 'change',
      change: { verb: sources.is === 'absent' ? 'create' : 'update', before: { key, sources, preferences }, because },
    }
  },

  steps({ before, after }): Step[] {
    const path = keyPath(after)
    const { key: wanted } = after
    const isHere = before.key.length === 1 && before.key[0] === fingerprintOf(after)
    const key: Step[] = 'url' in wanted && !isHere ? [{ step: 'key', key: wanted, path, scope: 'cluster' }] : []
    return [
      ...key,
      ...files(after).map(
        ({ path: at, content }) =>
          ({ step: 'write', path: at, content, mode: '644', owner: 'root', group: 'root', scope: 'cluster' }) as const,
      ),
    ]
  },

  said({ before, after }) {
    const key =
      'url' in after.key
        ? `key ${after.key.fingerprint} from ${after.key.url}`
        : `key in ${after.key.path}, already on the server`
    return {
      noun: 'package source',
      name: after.name,
      facts: [
        `packages from ${after.uri}, ${names(after.suites, 8)} ${after.components.join(' ')}`.trim(),
        key,
        ...after.pin.map((pin) => `priority ${pin.priority} for ${pin.packages} where ${pin.pin}`),
      ],
      isForeign: isForeign(before.sources) || isForeign(before.preferences),
    }
  },
  counted: { one: 'package source', many: 'package sources', isFile: true },
  holds: ({ before: was, after }, { before: is }) =>
    keyHolds(after, was.key, is.key) &&
    partHolds(was.sources, is.sources) &&
    partHolds(was.preferences, is.preferences),
  writes: (desired) => files(desired).map(({ path }) => path),
  isAptSource: true,
}

// A source is made of three things; each may be as it was or as it shall be.
function keyHolds(desired: AptSourceDesired, was: readonly string[], is: readonly string[]): boolean {
  const isHere = is.length === 1 && is[0] === fingerprintOf(desired)
  return isHere || (is.length === was.length && is.every((key, index) => key === was[index]))
}

const partHolds = (was: FileBefore, is: FileBefore) => isSameFile(was, is) || (is.is === 'file' && is.written)

function files(desired: AptSourceDesired): { path: string; content: string }[] {
  const sources = [
    `Types: deb`,
    `URIs: ${desired.uri}`,
    `Suites: ${desired.suites.join(' ')}`,
    ...(desired.components.length === 0 ? [] : [`Components: ${desired.components.join(' ')}`]),
    `Signed-By: ${keyPath(desired)}`,
  ]
  const pins = desired.pin.map((pin) => `Package: ${pin.packages}\nPin: ${pin.pin}\nPin-Priority: ${pin.priority}\n`)
  return [
    { path: `/etc/apt/sources.list.d/${desired.name}.sources`, content: `${HEAD}${sources.join('\n')}\n` },
    ...(pins.length === 0 ? [] : [{ path: `/etc/apt/preferences.d/${desired.name}`, content: HEAD + pins.join('\n') }]),
  ]
}

function keyPath(desired: AptSourceDesired): string {
  return 'path' in desired.key ? desired.key.path : `/etc/apt/keyrings/${desired.name}.gpg`
}

function fingerprintOf(desired: AptSourceDesired): string | undefined {
  return 'path' in desired.key ? undefined : desired.key.fingerprint
}

function keyReasons(desired: AptSourceDesired, have: readonly string[]): Reason[] {
  if (have.length === 0)
    return [
      {
        code: 'missing',
        text: 'path' in desired.key ? `there is no key in ${desired.key.path}` : 'its signing key is not here yet',
      },
    ]
  const wanted = fingerprintOf(desired)
  return wanted === undefined || (have.length === 1 && have[0] === wanted)
    ? []
    : [{ code: 'key-differs', text: `the key here is ${have.join(' and ')}, not ${wanted}` }]
}

const query = (path: string, content: string) =>
  ({ fact: 'file', path, wanted: createHash('sha256').update(content).digest('hex') }) as const

function isSame(before: FileBefore, content: string): boolean {
  return (
    before.is === 'file' &&
    before.written &&
    before.mode === '644' &&
    before.owner === 'root' &&
    before.group === 'root' &&
    before.sha256 === createHash('sha256').update(content).digest('hex')
  )
}

// Somebody else's source of the same repository and suite: apt
// compares them by address, whatever the ending slash or scheme.
function rivalOf(desired: AptSourceDesired, lines: readonly ForeignLine[]): AptSource | undefined {
  const own = `/etc/apt/sources.list.d/${desired.name}.sources`
  return aptSourcesIn(lines).find(
    (source) =>
      source.file !== own &&
      source.uris.some((uri) => bare(uri) === bare(desired.uri)) &&
      source.suites.some((suite) => desired.suites.includes(suite)),
  )
}

const bare = (uri: string) => uri.replace(/^https?:\/\/([^@/]*@)?/, '').replace(/\/+$/, '')

// An address without what might be a password in it.
const shown = (uri: string) => uri.replace(/\/\/[^@/]*@/, '//')
