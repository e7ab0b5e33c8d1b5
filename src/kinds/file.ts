import { createHash } from 'node:crypto'
import type { Reason } from '../model/action.ts'
import type { FactQuery, FileFact, ForeignLine } from '../model/fact.ts'
import type { Claim, FileDesired } from '../model/resource.ts'
import { covers, fitsTable } from '../model/server-name.ts'
import { fileBefore, isSameFile } from './before.ts'
import { saidOfFile } from './file-said.ts'
import type { Kind } from './kind.ts'

const sha256Of = (content: string) => createHash('sha256').update(content).digest('hex')

// A file with this content, mode and owner. What somebody else already claims, or brought with a package, stays theirs.
export const fileKind: Kind<'file'> = {
  facts: (desired) => [
    ...desired.needs.map((path) => ({ fact: 'file', path, wanted: undefined }) as const),
    fileQuery(desired),
    ...(desired.conffileOf === undefined ? [] : [{ fact: 'package', name: desired.conffileOf } as const]),
    ...desired.claims.map(({ claim }) => ({ fact: 'foreign', claim }) as const),
  ],

  diff(desired, facts) {
    const fact = facts.get(fileQuery(desired))
    const owned = fact.type === 'file' && fact.recorded !== undefined
    if (desired.conffileOf !== undefined && !owned) {
      const bringer = facts.get({ fact: 'package', name: desired.conffileOf })
      if (bringer.installed !== undefined) {
        return { is: 'same', why: `${desired.path} belongs to ${desired.conffileOf}, which was here before Flight` }
      }
    }
    for (const claim of desired.claims) {
      // What lies at this very path is replaced, not rivalled.
      const theirs = facts
        .get({ fact: 'foreign', claim: claim.claim })
        .find((line) => line.file !== desired.path && rivals(claim, line))
      if (theirs !== undefined) {
        return {
          is: 'conflict',
          where: `${theirs.file}:${theirs.line}`,
          what: `another ${CLAIMS[claim.claim]} is here already: ${theirs.text}`,
          hint: WAYS_OUT[claim.claim],
        }
      }
    }
    const lacking = desired.needs.find((path) => facts.get({ fact: 'file', path, wanted: undefined }).type === 'absent')
    if (lacking !== undefined) {
      return {
        is: 'conflict',
        where: lacking,
        what: `is not there, and ${desired.path} needs it`,
        hint:
          'put it there first (for a first certificate leave tls out until it is issued: the site answers the ' +
          'challenge over http), then plan again',
      }
    }
    const before = fileBefore(fact)
    if (before === undefined) {
      return {
        is: 'conflict',
        where: desired.path,
        what: `is a ${fact.type === 'directory' ? 'directory' : 'device, socket or pipe'}, a file is wanted`,
        hint: 'move it away and plan again',
      }
    }
    if (before.is === 'absent')
      return {
        is: 'change',
        change: { verb: 'create', before, because: [{ code: 'missing', text: 'it does not exist' }] },
      }
    if (before.is === 'link')
      return {
        is: 'change',
        change: { verb: 'update', before, because: [{ code: 'differs', text: `it is a link to ${before.target}` }] },
      }
    const because: Reason[] = [
      ...(before.sha256 === sha256Of(desired.content) ? [] : [contentReason(before.written, fact)]),
      ...(before.mode === desired.mode
        ? []
        : [{ code: 'mode-differs' as const, text: `its mode is ${before.mode}, not ${desired.mode}` }]),
      ...(before.owner === desired.owner && before.group === desired.group
        ? []
        : [
            {
              code: 'owner-differs' as const,
              text: `it belongs to ${before.owner}:${before.group}, not ${desired.owner}:${desired.group}`,
            },
          ]),
    ]
    // A file as wanted that Flight did not record is written once more, so that it is Flight's from then on.
    if (because.length === 0 && !before.written)
      because.push({ code: 'not-by-flight', text: 'it is as wanted, but not written by Flight yet' })
    if (because.length === 0) return { is: 'same', why: `${desired.path} is as defined` }
    return { is: 'change', change: { verb: 'update', before, because } }
  },

  steps({ after }) {
    const { path, content, mode, owner, group, scope } = after
    return [{ step: 'write', path, content, mode, owner, group, scope }]
  },
  undo: ({ after }) => [{ step: 'put-back', path: after.path }],

  said: saidOfFile,
  counted: { one: 'file', many: 'files', isFile: true },

  // What nobody may read stands in a plan by its digest; applying puts the content back that the definitions say.
  withhold: (desired) => (desired.secret ? { ...desired, content: digestOf(desired.content) } : desired),
  unseen({ before, after }) {
    if (before.is !== 'file' || before.content !== undefined || after.secret) return undefined
    return { path: after.path, sha256: before.sha256, seen: (content) => ({ ...before, content }) }
  },
  reveal({ address, after }, _hold, compiled) {
    if (!after.secret) return after
    if (compiled === undefined || digestOf(compiled.content) !== after.content)
      throw new Error(`bug: ${address} has no content, although the definitions compile to this plan`)
    return { ...after, content: compiled.content }
  },
  holds: (planned, now) => isSameFile(planned.before, now.before),
  writes: ({ path }) => [path],
  claims: ({ claims }) => claims,
}

const digestOf = (content: string) => `sha256:${sha256Of(content)}`

const CLAIMS: Record<Claim['claim'], string> = {
  'nginx-default-server': 'nginx default_server',
  'nginx-server-name': 'nginx site for this name',
  'fpm-pool': 'FPM pool of this name',
}

const WAYS_OUT: Record<Claim['claim'], string> = {
  'nginx-default-server':
    'take `default_server` out of that line (its site goes on answering for its own names), reload nginx, plan again',
  'nginx-server-name': 'take the name out of that line or out of the app, plan again',
  'fpm-pool': 'rename that pool and plan again',
}

// Whether this line of somebody else wants what the file claims.
function rivals(claim: Claim, line: ForeignLine): boolean {
  switch (claim.claim) {
    case 'nginx-default-server':
      return true
    case 'nginx-server-name':
      return serverNames(line.text).some((theirs) =>
        claim.names.some((ours) => ours === theirs || (!fitsTable(ours) && covers(theirs, ours))),
      )
    case 'fpm-pool':
      return (
        line.file.slice(0, line.file.lastIndexOf('/')) === claim.folder &&
        /^\[\s*([^\]]*?)\s*\]/.exec(line.text)?.[1] === claim.name
      )
  }
}

// The names of a server_name statement: .example.com stands for two. A wildcard that merely covers a name of ours is no
// rival, nginx prefers the exact name, unless that is too long to be written as a name.
function serverNames(statement: string): string[] {
  const names = statement
    .split(/\s+/)
    .slice(1)
    .map((word) => word.replace(/^(["'])(.*)\1$/, '$2').toLowerCase())
  return names.flatMap((name) => (name.startsWith('.') ? [name.slice(1), `*${name}`] : [name]))
}

function fileQuery(desired: FileDesired): Extract<FactQuery, { fact: 'file' }> {
  return { fact: 'file', path: desired.path, wanted: desired.secret ? undefined : sha256Of(desired.content) }
}

function contentReason(written: boolean, fact: FileFact): Reason {
  if (!written) return { code: 'not-by-flight', text: 'its content differs, and Flight did not write it' }
  const recorded = fact.type === 'file' ? fact.recorded : undefined
  if (recorded?.scope === 'retired') return { code: 'retired-before', text: 'it was retired here, and is wanted again' }
  return fact.type === 'file' && recorded?.sha256 === fact.sha256
    ? { code: 'definition-changed', text: 'the definition changed' }
    : { code: 'changed-on-server', text: 'somebody changed it on the server' }
}
