import { createHash } from 'node:crypto'
import type { FactQuery } from '../model/fact.ts'
import type { FileDesired } from '../model/resource.ts'
import { fileBefore } from './before.ts'
import type { Kind } from './kind.ts'

const sha256Of = (content: string) => createHash('sha256').update(content).digest('hex')

// A file with this content, mode and owner. What somebody else already claims, or brought with a package, stays theirs.
export const fileKind: Kind<'file'> = {
  facts: (desired) => [
    fileQuery(desired),
    ...(desired.conffileOf === undefined ? [] : [{ fact: 'package', name: desired.conffileOf } as const]),
    ...desired.claims.map((claim) => ({ fact: 'foreign', claim }) as const),
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
      const theirs = facts.get({ fact: 'foreign', claim }).find((line) => line.file !== desired.path)
      if (theirs !== undefined) {
        return {
          is: 'conflict',
          where: `${theirs.file}:${theirs.line}`,
          what: `another ${CLAIMS[claim]} is here already: ${theirs.text}`,
          hint: WAYS_OUT[claim],
        }
      }
    }
    const before = fileBefore(fact)
    if (before === undefined) {
      return { is: 'conflict', where: desired.path, what: `is a ${fact.type === 'directory' ? 'directory' : 'device, socket or pipe'}, a file is wanted`, hint: 'move it away and plan again' }
    }
    if (before.is === 'absent') return { is: 'change', change: { verb: 'create', before, because: ['it does not exist'] } }
    if (before.is === 'link') return { is: 'change', change: { verb: 'update', before, because: [`it is a link to ${before.target}`] } }
    const because = [
      ...(before.sha256 === sha256Of(desired.content) ? [] : [contentReason(before.written, fact.type === 'file' && fact.recorded?.sha256 === before.sha256)]),
      ...(before.mode === desired.mode ? [] : [`its mode is ${before.mode}, not ${desired.mode}`]),
      ...(before.owner === desired.owner && before.group === desired.group ? [] : [`it belongs to ${before.owner}:${before.group}, not ${desired.owner}:${desired.group}`]),
    ]
    // A file as wanted that Flight did not record is written once more, so that it is Flight's from then on.
    if (because.length === 0 && !before.written) because.push('it is as wanted, but not written by Flight yet')
    if (because.length === 0) return { is: 'same', why: `${desired.path} is as defined` }
    return { is: 'change', change: { verb: 'update', before, because } }
  },

  steps({ after }) {
    const { path, content, mode, owner, group, scope } = after
    return [{ step: 'write', path, content, mode, owner, group, scope }]
  },
}

const CLAIMS = { 'nginx-default-server': 'nginx default_server', 'fpm-pool': 'FPM pool', 'apt-source': 'apt source' }

const WAYS_OUT = {
  'nginx-default-server': 'take `default_server` out of that line (its site goes on answering for its own names), reload nginx, plan again',
  'fpm-pool': 'rename that pool and plan again',
  'apt-source': 'remove that line and plan again',
}

function fileQuery(desired: FileDesired): Extract<FactQuery, { fact: 'file' }> {
  return { fact: 'file', path: desired.path, wanted: sha256Of(desired.content) }
}

function contentReason(written: boolean, asRecorded: boolean): string {
  if (!written) return 'its content differs, and Flight did not write it'
  return asRecorded ? 'the definition changed' : 'somebody changed it on the server'
}
