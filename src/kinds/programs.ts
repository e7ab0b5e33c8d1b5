import type { BeforeOf, Difference, Reason, Verb } from '../model/action.ts'
import type { ProgramsFact } from '../model/fact.ts'
import type { ProgramsDesired } from '../model/resource.ts'
import { appOfPrograms } from '../model/app-paths.ts'
import { count, names } from '../model/words.ts'
import type { Kind } from './kind.ts'
import { isWritten, pushQuery } from './pushes.ts'

// The programs of an app run, exactly these, with the configuration that lies on disk. Nobody waits for one that still
// finishes a job: it is as it should be, and a note says so.
export const programsKind: Kind<'programs'> = {
  facts: ({ app, push }) => [{ fact: 'programs' }, ...(push === undefined ? [] : [pushQuery(app)])],
  diff(desired, facts): Difference<BeforeOf['programs']> {
    const fact = facts.get({ fact: 'programs' })
    if (!fact.daemon) {
      if (desired.programs.length === 0)
        return { is: 'same', why: 'supervisor does not run, and nothing of it is wanted' }
      return {
        is: 'change',
        change: {
          verb: 'start',
          before: { daemon: false, states: [], unloaded: [] },
          because: [{ code: 'not-running', text: 'supervisor does not answer yet' }],
        },
      }
    }
    if (fact.refusal !== undefined && !isAbout(desired, fact.refusal)) {
      return {
        is: 'conflict',
        what: `supervisor cannot read its configuration: ${fact.refusal}`,
        where: 'supervisor',
        hint: 'one bad file stops every app: correct or remove what it names, then plan again',
      }
    }
    const own = ownOf(desired, fact, desired.push !== undefined && !isWritten(facts, desired.app, desired.push))
    const passing = passingOf(own)
    const because = reasonsOf(desired, own)
    if (because.length === 0) return { is: 'same', why: whySame(desired, own), passing }
    const before = {
      daemon: true,
      states: own.stopped.map(({ name, state }) => `${name} ${state}`).sort(),
      unloaded: own.unloaded.map(({ name, is }) => `${name} ${is}`).sort(),
    }
    const verb =
      desired.programs.length === 0
        ? 'retire'
        : own.states.some(({ state }) => LIVELY.includes(state))
          ? 'reload'
          : 'start'
    return { is: 'change', change: { verb, before, because }, passing }
  },
  steps: ({ after }) => [{ step: 'programs', app: after.app, programs: after.programs, changes: after.changes }],
  // `current` leads back by then, and its file with it: what that wants runs there again.
  undo: ({ after }) => [{ step: 'programs', app: after.app, programs: [], changes: [] }],
  said: ({ verb, before, after }) => ({
    noun: 'the',
    name: `workers of ${after.app}`,
    facts: [
      ...(after.programs.length === 0
        ? []
        : [`${count(after.programs.length, 'program')}: ${names(after.programs, 6)}`]),
      jobsEffect(verb),
      ...(before.daemon ? [] : ['supervisor does not run yet']),
      ...(before.states.length === 0 ? [] : [`now ${names(before.states, 6)}`]),
      ...(before.unloaded.length === 0 ? [] : [`not loaded yet: ${names(before.unloaded, 6)}`]),
      ...(after.changes.length === 0 ? [] : [`this plan writes ${names(after.changes, 4)}`]),
    ],
  }),
  called: (name) => `workers of ${name}`,
  running: ({ verb, after }) => ({ what: 'workers', of: after.app, effect: jobsEffect(verb) }),
  within: (desired, { writes }) => ({
    ...desired,
    changes: writes.filter((path) => appOfPrograms(path) === desired.app),
  }),
  holds: () => true, // what they are doing right now changes by itself
  isOneAppsOnly: true, // workers that do not run leave nothing half done for others
}

// What happens to the jobs that run when an app's programs are brought to what is defined.
function jobsEffect(verb: Verb): string {
  switch (verb) {
    case 'start':
      return 'what runs already goes on'
    case 'retire':
      return (
        'each finishes its job, at most its stop_wait_timeout, and does not come back; the plan goes on after ' +
        'ten seconds'
      )
    default:
      return (
        'what changes or goes finishes its job first, at most its stop_wait_timeout, and the plan goes on ' +
        'after ten seconds; the others are not touched'
      )
  }
}

// What supervisor cannot read may be what this plan writes anew: then that cures it.
function isAbout({ app, changes }: ProgramsDesired, refusal: string): boolean {
  return changes.some((path) => refusal.includes(path)) || (changes.length > 0 && refusal.includes(`program:${app}.`))
}

type Own = {
  states: ProgramsFact['states'] // of this app
  stopped: ProgramsFact['states'] // wanted, and nothing brings them back
  unloaded: ProgramsFact['unloaded']
  missing: readonly string[]
  elsewhere: readonly string[] // run another release than they shall
  outdated: readonly string[] // have read an environment file that does not lie there any more, or will not
  draining: readonly string[]
}

// Between these supervisor moves by itself, and out of the others it does not come (supervisord.org/subprocess.html).
const LIVELY: readonly string[] = ['STARTING', 'RUNNING', 'BACKOFF']
const STOPPED: readonly string[] = ['STOPPED', 'EXITED', 'FATAL', 'UNKNOWN']

function ownOf({ app, programs, release }: ProgramsDesired, fact: ProgramsFact, willChange: boolean): Own {
  const draining = fact.draining.filter((name) => name.startsWith(`${app}.`))
  const isSettled = ({ name }: { name: string }) => name.startsWith(`${app}.`) && !draining.includes(name)
  const states = fact.states.filter(({ name }) => name.startsWith(`${app}.`))
  const unloaded = fact.unloaded.filter(isSettled)
  const runs = fact.runs.filter((each) => isSettled(each) && programs.includes(each.name))
  const elsewhere = runs
    .filter((each) => (release === undefined ? !each.isLive : each.release !== release))
    .map(({ name }) => name)
  const known = new Set([...states, ...unloaded].map(({ name }) => name))
  return {
    states,
    stopped: states.filter((each) => isSettled(each) && programs.includes(each.name) && STOPPED.includes(each.state)),
    unloaded,
    missing: programs.filter((name) => !known.has(name) && !draining.includes(name)),
    elsewhere,
    outdated: runs
      .filter(({ name, isFresh }) => !elsewhere.includes(name) && (willChange || !isFresh))
      .map(({ name }) => name),
    draining,
  }
}

function reasonsOf(
  { changes, release }: ProgramsDesired,
  { stopped, unloaded, missing, elsewhere, outdated }: Own,
): Reason[] {
  const named = (is: 'added' | 'changed' | 'removed') =>
    unloaded.filter((each) => each.is === is).map(({ name }) => name)
  const [added, changed, removed] = [named('added'), named('changed'), named('removed')]
  const reasons: (Reason | false)[] = [
    changes.length > 0 && {
      code: 'files-change',
      text: `${changes.join(', ')} ${changes.length === 1 ? 'is' : 'are'} not as defined`,
    },
    // Until the plan has written its file, it is only not there yet.
    changes.length === 0 &&
      missing.length > 0 && { code: 'not-loaded', text: `supervisor does not know ${some(missing)}` },
    added.length > 0 && { code: 'not-loaded', text: `supervisor has not loaded ${some(added)}` },
    changed.length > 0 && {
      code: 'not-loaded',
      text: `what supervisor runs is not what lies on disk: ${some(changed)}`,
    },
    removed.length > 0 && { code: 'unwanted', text: `no longer defined: ${some(removed)}` },
    elsewhere.length > 0 && {
      code: 'other-release',
      text:
        `${elsewhere.length === 1 ? 'runs' : 'run'} another release than ${release ?? 'the live one'}: ` +
        some(elsewhere),
    },
    outdated.length > 0 && {
      code: 'other-environment',
      text: `${outdated.length === 1 ? 'was' : 'were'} started with another environment file: ${some(outdated)}`,
    },
    stopped.length > 0 && {
      code: 'not-running',
      text:
        `${stopped.length === 1 ? 'does' : 'do'} not run: ` +
        some(stopped.map(({ name, state }) => `${name} (${state})`)),
    },
  ]
  return reasons.filter((reason) => reason !== false)
}

function passingOf({ states, draining }: Own): string[] {
  const failing = states
    .filter(({ name, state }) => state === 'BACKOFF' && !draining.includes(name))
    .map(({ name }) => name)
  return [
    ...(draining.length === 0 ? [] : [finishing(draining)]),
    ...(failing.length === 0
      ? []
      : [
          `${some(failing)} ${failing.length === 1 ? 'ends' : 'end'} soon after the start and ` +
            `${failing.length === 1 ? 'is' : 'are'} tried again`,
        ]),
  ]
}

function whySame({ programs }: ProgramsDesired, { states, draining }: Own): string {
  const running = states.filter(
    ({ name, state }) => programs.includes(name) && state === 'RUNNING' && !draining.includes(name),
  ).length
  // Supervisor itself brings these to run, or says before long that they do not.
  const coming = states.filter(
    ({ name, state }) => programs.includes(name) && state !== 'RUNNING' && !draining.includes(name),
  )
  const parts = [
    ...(programs.length === 0 ? [] : [`${running} ${running === 1 ? 'worker runs' : 'workers run'}`]),
    ...(coming.length === 0 ? [] : [some(coming.map(({ name, state }) => `${name} (${state})`))]),
    ...(draining.length === 0 ? [] : [finishing(draining)]),
  ]
  return parts.length === 0 ? 'nothing of it runs' : parts.join(', ')
}

function finishing(names: readonly string[]): string {
  return `${some(names)} ${names.length === 1 ? 'finishes its job' : 'finish their jobs'} first`
}

function some(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}
