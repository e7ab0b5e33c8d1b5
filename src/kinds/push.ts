import type { BeforeOf, Difference, Reason, Verb } from '../model/action.ts'
import type { FactQuery, Facts } from '../model/fact.ts'
import { environmentTag } from '../model/push.ts'
import type { PushDesired } from '../model/resource.ts'
import type { PushStep } from '../model/step.ts'
import type { Kind } from './kind.ts'
import { pushIn, pushQuery } from './pushes.ts'
import { liveIn } from './releases.ts'

const VERBS: Record<PushDesired['does'], Verb> = {
  stage: 'prepare',
  write: 'update',
  rebuild: 'run',
  show: 'switch',
  confirm: 'confirm',
  settle: 'note',
}

// The environment file of an app is the one that was pushed. What it holds is compared by its tag; it must be the file
// that was shown before the question, or the pushed one, half way of a push that is gone on with.
export const pushKind: Kind<'push'> = {
  facts: ({ app, path }) => [pushQuery(app), fileQuery({ app, path }), { fact: 'releases', app }],
  diff(desired, facts): Difference<BeforeOf['push']> {
    const { app, id, does, was, tag, path } = desired
    const noted = pushIn(facts, app, id)
    const found = tagOf(facts, desired)
    if (noted?.settled === true && found.is === 'tag' && found.tag === tag)
      return { is: 'same', why: 'it is the one that was pushed' }
    if (noted?.settled !== true && liveIn(facts, app) !== desired.live)
      return {
        is: 'conflict',
        where: path,
        what: `another release went live a moment ago (${liveIn(facts, app) ?? 'none'})`,
        hint: 'run the same command again',
      }
    const other = facts
      .get(pushQuery(app))
      .pushes.find((push) => push.armed && push.id !== id && (!push.stuck || desired.undoes !== null))
    if (other !== undefined)
      return {
        is: 'conflict',
        where: path,
        what: `a push that was not finished (${other.id}) is not confirmed here`,
        hint: other.stuck
          ? `nothing takes it back any more, since a reboot for example: push the file that shall lie here (flight ` +
            `env:push ${app} FILE)`
          : 'it goes back by itself within minutes; run the same command again then',
      }
    if (found.is === 'other')
      return {
        is: 'conflict',
        where: path,
        what: `is ${found.what}`,
        hint: 'look at it on the server; an environment file is a plain file of the app',
      }
    if (found.tag !== was && found.tag !== tag)
      return {
        is: 'conflict',
        where: path,
        what: 'was changed by somebody else a moment ago',
        hint: `compare with flight env:diff ${app}, then run the same command again`,
      }
    // All that comes before the end was done on every server before the first one confirmed. Done again it would tell
    // workers that have read the file since that it is another one.
    if (noted?.confirmed === true && found.tag === tag && does !== 'settle')
      return { is: 'same', why: 'it was confirmed before' }
    const before = found.tag === null ? 'absent' : found.tag === tag ? 'same' : 'other'
    return {
      is: 'change',
      change: {
        verb: does === 'write' && found.tag === null ? 'create' : VERBS[does],
        before: { is: before },
        because: [reasonOf(desired, before)],
      },
    }
  },
  steps: ({ after }) => [stepOf(after, after.does)],
  undo: ({ after }) =>
    after.does === 'stage' || after.does === 'write'
      ? [
          stepOf(after, 'back'),
          ...(after.does === 'write' && after.restarts
            ? [{ step: 'programs' as const, app: after.app, programs: [], changes: [] }]
            : []),
        ]
      : [],
  said: ({ after }) => ({ noun: 'environment file', name: `of ${after.app}`, facts: factsOf(after) }),
  called(name) {
    const [, app, does] = /^([^/]+)\/[^/]+\/(\w+)$/.exec(name) ?? []
    return app === undefined ? undefined : `environment file of ${app} (${does})`
  },
  holds: () => true, // what was begun is gone on with
  needs: ({ app, does }) => (does === 'stage' ? { content: 'pushed file', app } : undefined),
  reveal({ address, after }, { environments }) {
    const content = after.does === 'stage' ? environments.get(address) : undefined
    return content === undefined ? after : { ...after, content }
  },
}

function stepOf(
  { key: _key, was: _was, tag: _tag, restarts: _restarts, content, ...desired }: PushDesired,
  does: PushStep['does'],
): PushStep {
  if (does !== 'stage') return { step: 'push', ...desired, does }
  if (content === undefined) throw new Error(`bug: nobody has the environment file of ${desired.app}`)
  return { step: 'push', ...desired, does, content }
}

function tagOf(facts: Facts, asked: PushDesired): { is: 'tag'; tag: string | null } | { is: 'other'; what: string } {
  const fact = facts.get(fileQuery(asked))
  if (fact.is === 'other') return fact
  return {
    is: 'tag',
    tag: fact.is === 'absent' ? null : environmentTag(asked.key, Buffer.from(fact.base64.reveal(), 'base64')),
  }
}

function fileQuery({ app, path }: Pick<PushDesired, 'app' | 'path'>): Extract<FactQuery, { fact: 'environment' }> {
  return { fact: 'environment', app, path }
}

function factsOf({ does, path, app, back, live }: PushDesired): string[] {
  switch (does) {
    case 'stage':
      return [`beside ${path}, readable by ${app} alone`, 'what it holds is in no plan']
    case 'write':
      return [
        `to ${path}, on all servers at once`,
        `each goes back by itself after ${back} s unless all of them work with it`,
      ]
    case 'rebuild':
      return [`what ${live} caches of its configuration, as user ${app}`]
    case 'show':
      return [`${live} reads what was made of it, without a reload`]
    case 'confirm':
      return ['from now on it stays']
    case 'settle':
      return ['all that follows was done']
  }
}

function reasonOf({ does, undoes }: PushDesired, before: BeforeOf['push']['is']): Reason {
  switch (does) {
    case 'stage':
      return { code: 'unfinished', text: 'it lies beside the one that is read until all servers have it' }
    case 'write':
      if (before === 'absent') return { code: 'missing', text: 'there is none yet' }
      if (before === 'same') return { code: 'unfinished', text: 'an earlier run was not finished' }
      return undoes === null
        ? { code: 'differs', text: 'another one is read' }
        : { code: 'taken-back', text: 'the last push is taken back' }
    case 'rebuild':
    case 'show':
      return { code: 'other-environment', text: 'what the live release cached is of the file that was' }
    case 'confirm':
      return { code: 'unconfirmed', text: 'otherwise this server goes back by itself' }
    case 'settle':
      return { code: 'unsettled', text: 'the five files before it are kept' }
  }
}
