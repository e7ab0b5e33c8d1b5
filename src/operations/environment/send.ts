import { randomBytes } from 'node:crypto'
import { namePush, type Pushing, type WantedPush } from '../../engine/undertakings/name-push.ts'
import { compareEnvironments } from '../../environment/compare.ts'
import type { Environment } from '../../environment/environment.ts'
import { parseEnvironment } from '../../environment/parse.ts'
import { type PlannedPush, pushId } from '../../model/push.ts'
import type { Receipt } from '../../model/receipt.ts'
import { Secret } from '../../model/secret.ts'
import { comparisonText } from '../../views/environment-text.ts'
import { planText } from '../../views/plan-text.ts'
import { pushText } from '../../views/push-text.ts'
import { names } from '../../model/words.ts'
import { offer, type Offered, planned } from '../offer.ts'
import type { Session } from '../session.ts'
import type { Teller } from '../teller.ts'
import { pushableOf, type PushableFiles } from './environments.ts'

// What a person reads before a yes; all of them where every detail is asked for.
const MOST_KEYS = 60

// `what` goes into locks and the servers' history; `from` is what the files are compared as: a file here, or the last
// push. `wait`: for whoever releases or pushes now.
export type Cargo = {
  what: string
  does: PlannedPush['does']
  from: string
  servers: PushableFiles
  wanted: ReadonlyMap<string, WantedPush>
  wait: boolean
}

// One file for all servers that were asked.
export function sameOnAll({ noted }: PushableFiles, bytes: Uint8Array): ReadonlyMap<string, WantedPush> {
  return new Map([...noted.keys()].map((server) => [server, { bytes, undoes: null }]))
}

// Shows what changes on which keys, and offers to bring the files to all of these servers or to none.
export async function sendEnvironments(session: Session, teller: Teller, cargo: Cargo): Promise<Offered> {
  const { what, does, from, servers, wanted, wait } = cargo
  const { app } = servers
  const { isDetailed, shape } = teller
  const push = pushOf(cargo)
  const differences = differencesOf(cargo)
  const document = (receipt: Receipt | null) => ({ app: app.name, does, from, servers: differences, receipt })
  if (push === undefined) {
    teller.show(
      `${app.name}: ${names([...wanted.keys()], 8)} ${wanted.size === 1 ? 'has' : 'have'} this file already: ` +
        `nothing to do`,
    )
    teller.document(document(null))
    return { plan: null, receipt: null }
  }
  for (const { servers: on, comparison, why } of differences) {
    const title = `${from} against ${names(on, 8)}`
    teller.show(
      comparison === null
        ? `${title}: ${why}`
        : comparisonText(title, comparison, { ...shape, keys: isDetailed ? Infinity : MOST_KEYS }),
    )
  }
  teller.show('\n')
  const contents = new Map(
    [...wanted].map(([server, { bytes }]) => [server, new Secret(Buffer.from(bytes).toString('base64'))]),
  )
  return offer(session, teller, {
    what,
    plan: async () => ({
      plan: await planned(session, { undertaking: 'push', pushes: [push] }),
      how: { wait, contents },
    }),
    texts: (plan) => [isDetailed ? planText(plan, shape) : pushText(plan, push, shape)],
    document: (_plan, receipt) => document(receipt),
    // What others pushed meanwhile is for a person to judge.
    isPlannedAgain: false,
  })
}

// Undefined where every server has its file already.
function pushOf({ does, servers, wanted }: Cargo): PlannedPush | undefined {
  const pushing = pushableOf(servers).flatMap((each): Pushing[] => {
    const of = wanted.get(each.server)
    return of === undefined ? [] : [{ ...each, wanted: of }]
  })
  return namePush(servers.app.name, does, pushing, {
    id: pushId(new Date(), randomBytes(3)),
    key: randomBytes(32).toString('hex'),
  })
}

type Difference = { servers: string[]; comparison: ReturnType<typeof compareEnvironments> | null; why: string }

// What changes on which keys; servers on which the same changes are named together.
function differencesOf({ from, servers: { files }, wanted }: Cargo): Difference[] {
  const found = new Map<string, Difference>()
  for (const [server, { bytes }] of wanted) {
    const has = files.find((file) => file.server === server)
    const difference = differenceOf(has, bytes, from)
    const key = JSON.stringify(difference)
    const known = found.get(key) ?? { servers: [], ...difference }
    known.servers.push(server)
    found.set(key, known)
  }
  return [...found.values()]
}

function differenceOf(
  has: { environment: Environment | undefined } | undefined,
  bytes: Uint8Array,
  from: string,
): Omit<Difference, 'servers'> {
  if (has !== undefined && has.environment === undefined)
    return { comparison: null, why: 'what lies there is no environment file; it is replaced' }
  const before = has?.environment ?? parseEnvironment(new Uint8Array())
  return { comparison: compareEnvironments(before, parseEnvironment(bytes, from)), why: '' }
}
