import { loadDefinitions } from '../../definitions/load.ts'
import type { Deliver, Delivered, Tools } from '../../model/delivery.ts'
import { type ErrorCode, FlightError, type Problem } from '../../model/errors.ts'
import { isEmpty } from '../../model/plan.ts'
import type { Request } from '../../model/request.ts'
import { carryOut, untilItHolds } from '../../operations/offer.ts'
import { liveReleases, type LiveReleases } from '../../operations/release/live-releases.ts'
import { planReleases, type WrittenWish } from '../../operations/release/release.ts'
import { refuseOlder } from '../../operations/release/repository.ts'
import { withSession, type Session } from '../../operations/session.ts'
import { deliveredBy, judgeEarlier } from './delivered.ts'

// Nothing was written, and it may well work a moment later: a server
// or a repository that is down, definitions that are being replaced.
const WORTH_ANOTHER_TRY: readonly ErrorCode[] = [
  'FLIGHT_UNREACHABLE',
  'FLIGHT_CONNECTION_LOST',
  'FLIGHT_LOCK_LOST',
  'FLIGHT_REPO',
  'FLIGHT_YAML',
  'FLIGHT_SCHEMA',
  'FLIGHT_REFERENCE',
  'FLIGHT_NO_DEFINITIONS',
  'FLIGHT_STORE',
]

// Carries out what was asked for: the same plan and apply as `flight app:release` and `flight app:rollback`, with the
// definitions as they are now. `root`: the definitions folder.
export function deliverFrom(root: string): Deliver {
  return async (request, tools) => {
    try {
      const { definitions } = await loadDefinitions(root)
      if (!definitions.apps.some(({ name }) => name === request.app))
        throw new FlightError({
          code: 'FLIGHT_REFERENCE',
          where: request.app,
          what: 'is no app of the definitions any more',
          hint:
            request.release === null
              ? 'ask for one that is'
              : `look what its servers serve: ${request.release} was begun`,
        })
      const { by: who } = request
      return await withSession(
        { definitions, who, stays: true, listen: (event) => tools.tell(event), signal: tools.signal },
        (session) => untilItHolds(session, () => once(session, request, tools)),
      )
    } catch (error) {
      if (!(error instanceof FlightError)) throw error
      return ofError(error)
    }
  }
}

async function once(session: Session, request: Request, tools: Tools): Promise<Delivered> {
  const live = await liveReleases(session, request.app)
  const begun = request.release // by an earlier attempt
  // Half way it goes on; before and after that it is judged like one that was never begun.
  const isHalfWay = begun !== null && live.isLive(begun)
  if (request.cancelled !== null && !isHalfWay)
    return { is: 'interrupted', exit: 130, said: 'it was not live anywhere', problems: [] }
  const refusal = isHalfWay ? undefined : refuseWayBack(request, tools, live)
  if (refusal !== undefined) return refused([refusal])
  const planned = await planReleases(session, [wishOf(request, begun)]).catch((error: unknown) =>
    unlessEnded(error, request.app, begun, live),
  )
  if ('is' in planned) return planned
  const { plan, found } = planned
  if (plan.missing.length > 0) throw new FlightError(plan.missing)
  if (plan.blocked.length > 0)
    return {
      is: 'failed',
      exit: new FlightError(plan.blocked).exit,
      said: saidOf(plan.blocked),
      problems: plan.blocked,
    }
  const [release] = plan.releases
  if (release === undefined) throw new Error('bug: a plan of a release without one')
  if (begun !== null && release.name !== begun) return judgeEarlier(request.app, begun, live)
  if (!isHalfWay) await refuseOlder(session, request, live)
  const actions = plan.stages.flatMap((stage) => stage.servers.flatMap((server) => server.actions)).length
  tools.tell({
    event: 'planned',
    release: release.name,
    commit: release.commit,
    subject: release.subject,
    servers: plan.servers.map(({ name }) => name),
    actions,
  })
  await tools.planned(release.name)
  for (const text of [...release.notes, ...(release.warnings ?? [])]) session.listen({ event: 'note', text })
  if (isEmpty(plan))
    return {
      is: 'succeeded',
      exit: 0,
      said: begun === null ? `${release.name} is live already` : `${release.name} is live: it was finished before`,
      problems: [],
    }
  const { receipt } = await carryOut(
    session,
    plan,
    `${request.wish.does === 'release' ? 'app:release' : 'app:rollback'} ${request.app} (flight serve, request ` +
      `${request.id})`,
    { found, wait: true },
  )
  return deliveredBy(receipt, release.name)
}

function wishOf({ app, wish }: Request, begun: string | null): WrittenWish {
  if (wish.does === 'release') return { app, does: 'release', commit: wish.commit, without: [] }
  return { app, does: 'rollback', name: begun ?? wish.to ?? undefined, without: [] }
}

// What cannot be planned any more because an earlier attempt ended badly is judged by what its servers noted.
function unlessEnded(error: unknown, app: string, begun: string | null, live: LiveReleases): Delivered {
  if (begun !== null && error instanceof FlightError && error.problems[0]?.code === 'FLIGHT_RELEASE')
    return judgeEarlier(app, begun, live)
  throw error
}

// A way back is from what whoever asked for it saw; what came after is not taken away by it.
function refuseWayBack({ app, wish }: Request, { leaving }: Tools, live: LiveReleases): Problem | undefined {
  if (wish.does !== 'rollback' || (leaving !== undefined && live.isLive(leaving))) return undefined
  return {
    code: 'FLIGHT_RELEASE',
    where: app,
    what:
      `${leaving ?? `what request ${wish.leaving} released`} is not live any more; live is ` +
      (live.names().join(', ') || 'nothing'),
    hint: 'look again, then ask to leave what is live now',
  }
}

function refused(problems: readonly Problem[]): Delivered {
  return { is: 'refused', exit: new FlightError(problems).exit, said: saidOf(problems), problems }
}

function ofError(error: FlightError): Delivered {
  const { problems, exit } = error
  const [first] = problems
  const said = saidOf(problems)
  if (first === undefined) return { is: 'failed', exit, said, problems }
  if (first.code === 'FLIGHT_INTERRUPTED') return { is: 'interrupted', exit, said, problems }
  if (WORTH_ANOTHER_TRY.includes(first.code)) return { is: 'unreachable', exit, said, problems }
  // It was never begun: what asked for it has to be changed.
  if (first.code === 'FLIGHT_COMMIT' || first.code === 'FLIGHT_OLDER' || first.code === 'FLIGHT_RELEASE')
    return { is: 'refused', exit, said, problems }
  return { is: 'failed', exit, said, problems }
}

function saidOf(problems: readonly Problem[]): string {
  const [first, ...others] = problems
  if (first === undefined) return ''
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `${first.where === '' ? '' : `${first.where}: `}${first.what}${more}`
}
