import { randomBytes } from 'node:crypto'
import { compareEnvironments } from '../../environment/compare.ts'
import { parseEnvironment } from '../../environment/parse.ts'
import type { Environment } from '../../environment/environment.ts'
import { namePush, type Pushing, type Wanted } from '../../engine/undertakings/name-push.ts'
import { isEmpty, type Plan } from '../../model/plan.ts'
import { type PlannedPush, pushId } from '../../model/push.ts'
import type { Receipt } from '../../model/receipt.ts'
import { Secret } from '../../model/secret.ts'
import { comparisonText } from '../../views/environment-text.ts'
import { pushText } from '../../views/push-text.ts'
import { names } from '../../views/words.ts'
import type { Everywhere } from '../../cli/everywhere/flags.ts'
import { print, printJson, tell } from '../../cli/everywhere/output.ts'
import { shapeOf } from '../../cli/everywhere/text-shape.ts'
import { pushableOf, type PushableFiles } from './environments.ts'
import { exitOfPlan, exitOfReceipt } from '../../cli/everywhere/exit-codes.ts'
import { confirm } from '../../cli/everywhere/question.ts'
import type { Session } from '../session.ts'

export type Sending = Everywhere & { yes: boolean; wait: boolean }

// What a person reads before a yes; all of them with -v.
const MOST_KEYS = 60

// `what` goes into locks and the servers' history; `from` is
// what the files are compared as: a file here, or the last push.
export type Cargo = {
  what: string
  does: PlannedPush['does']
  from: string
  servers: PushableFiles
  wanted: ReadonlyMap<string, Wanted>
}

// One file for all servers that were asked.
export function sameOnAll({ noted }: PushableFiles, bytes: Uint8Array): ReadonlyMap<string, Wanted> {
  return new Map([...noted.keys()].map((server) => [server, { bytes, undoes: null }]))
}

// Shows what changes on which keys, asks unless that was answered, and
// brings the files to all of these servers or to none; the exit code.
export async function sendEnvironments(session: Session, flags: Sending, cargo: Cargo): Promise<number> {
  const { what, does, from, servers, wanted } = cargo
  const { app } = servers
  const answer = (text: string): void => (flags.json ? tell(text) : print(text))
  const shape = shapeOf(flags.json ? process.stderr : process.stdout, flags)
  const pushing = pushableOf(servers).flatMap((each): Pushing[] => {
    const of = wanted.get(each.server)
    return of === undefined ? [] : [{ ...each, wanted: of }]
  })
  const push = namePush(app.name, does, pushing, {
    id: pushId(new Date(), randomBytes(3)),
    key: randomBytes(32).toString('hex'),
  })
  const differences = differencesOf(cargo)
  const emit = (receipt: Receipt | null): void =>
    flags.json ? printJson({ app: app.name, does, from, servers: differences, receipt }) : undefined
  if (push === undefined) {
    answer(
      `${app.name}: ${names([...wanted.keys()], 8)} ${wanted.size === 1 ? 'has' : 'have'} this file already: ` +
        `nothing to do`,
    )
    emit(null)
    return 0
  }
  for (const each of differences)
    answer(
      each.comparison === null
        ? `${from} against ${names(each.servers, 8)}: ${each.why}`
        : comparisonText(`${from} against ${names(each.servers, 8)}`, each.comparison, {
            ...shape,
            keys: flags.verbose ? Infinity : MOST_KEYS,
          }),
    )
  answer('\n')
  const plan = await planPush(session, push)
  session.endProgress()
  answer(flags.verbose ? (await import('../../views/plan-text.ts')).planText(plan, shape) : pushText(plan, push, shape))
  if (isEmpty(plan)) {
    emit(null)
    return exitOfPlan(plan, false)
  }
  if (!flags.yes) await confirm('Do this?', session.signal)
  const { carryOut } = await import('../carry-out.ts')
  const { receiptText } = await import('../../views/receipt-text.ts')
  const contents = new Map(
    [...wanted].map(([server, { bytes }]) => [server, new Secret(Buffer.from(bytes).toString('base64'))]),
  )
  const { receipt, file } = await carryOut(session, plan, what, { wait: flags.wait, contents })
  answer(receiptText(receipt, { ...shape, file }))
  emit(receipt)
  return exitOfReceipt(receipt, session.interrupted())
}

async function planPush({ definitions, connect, parallel, listen, signal }: Session, push: PlannedPush): Promise<Plan> {
  const { makePlan } = await import('../../engine/plan/make-plan.ts')
  return makePlan({
    definitions,
    asked: { undertaking: 'push', pushes: [push] },
    connect,
    parallel,
    listen,
    signal,
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
