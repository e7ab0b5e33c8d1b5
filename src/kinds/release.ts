import type { BeforeOf, Difference } from '../model/action.ts'
import type { FactQuery } from '../model/fact.ts'
import type { Need } from '../model/resource.ts'
import { names } from '../model/words.ts'
import type { Kind } from './kind.ts'
import { ofRelease } from './releases.ts'

// A release lies in its folder, whole, with what it shares. One that failed is never taken up again.
export const releaseKind: Kind<'release'> = {
  facts: ({ app, needs }) => [{ fact: 'releases', app }, ...needs.map(questionOf)],
  diff(desired, facts): Difference<BeforeOf['release']> {
    const release = facts.get({ fact: 'releases', app: desired.app }).releases.find(({ name }) => name === desired.name)
    const lacking = desired.needs.find((need) => facts.get(questionOf(need)).type === 'absent')
    if (lacking !== undefined) return { is: 'conflict', where: lacking.path, what: lacking.because, hint: lacking.hint }
    if (release?.failed !== undefined)
      return {
        is: 'conflict',
        code: 'FLIGHT_RELEASE',
        where: `release ${desired.name}`,
        what: `failed: ${release.failed}`,
        hint: 'plan again: the next release of this commit gets a number of its own',
      }
    if (release?.note !== undefined && release.present) {
      if (release.note.commit !== desired.commit)
        return {
          is: 'conflict',
          code: 'FLIGHT_RELEASE',
          where: `release ${desired.name}`,
          what: `is of the commit ${release.note.commit.slice(0, 12)}`,
          hint: 'plan again',
        }
      return { is: 'same', why: 'it is unpacked' }
    }
    return {
      is: 'change',
      change: {
        verb: 'create',
        before: { is: release === undefined ? 'absent' : 'unfinished' },
        because: [
          release === undefined
            ? { code: 'missing', text: `commit ${desired.commit.slice(0, 12)} is not here yet` }
            : { code: 'unfinished', text: 'it was not unpacked to its end' },
        ],
      },
    }
  },
  steps({ after }) {
    const { app, name: release, cargo, linkedDirs, linkedFiles, keepAssets } = after
    if (cargo === undefined) throw new Error(`bug: the release ${release} of ${app} has no artifact`)
    const { commit, tree, subject, ref } = after
    const note = {
      commit,
      tree,
      subject,
      ref,
      artifact: cargo.sha256,
      composerLock: cargo.composerLock ?? '',
      who: cargo.who,
      when: cargo.when,
    }
    return [
      { step: 'upload', app, release, file: cargo.file, size: cargo.size, sha256: cargo.sha256 },
      { step: 'unpack', app, release, sha256: cargo.sha256, note, linkedDirs, linkedFiles, keepAssets },
    ]
  },
  undo: ({ after }, why) => [{ step: 'fail', app: after.app, release: after.name, why }],
  said: ({ after: { app, name, commit, subject, ref, linkedDirs, linkedFiles } }) => ({
    noun: 'release',
    name: `${name} of ${app}`,
    facts: [`commit ${commit} (${subject})`, `from ${ref}`, `shared: ${names([...linkedDirs, ...linkedFiles], 8)}`],
  }),
  called: (name) => ofRelease(name, (release) => `release ${release}`),
  holds: () => true, // what was begun is gone on with
  needs: ({ app }) => ({ content: 'artifact', app }),
  reveal({ after }, { cargo, who, when }) {
    const sent = cargo.get(after.app)
    return sent === undefined ? after : { ...after, cargo: { ...sent, who, when } }
  },
}

function questionOf({ path }: Need): Extract<FactQuery, { fact: 'file' }> {
  return { fact: 'file', path, wanted: undefined }
}
