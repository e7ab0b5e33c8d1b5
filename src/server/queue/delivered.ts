import type { Delivered } from '../../model/delivery.ts'
import { exitOfReceipt, type Receipt } from '../../model/receipt.ts'
import type { LiveReleases } from '../../operations/release/live-releases.ts'

// What an apply of one release came to. Pure.
export function deliveredBy(receipt: Receipt, release: string): Delivered {
  const exit = exitOfReceipt(receipt, undefined)
  const { problems } = receipt
  const first = problems[0]
  const why = first === undefined ? '' : `: ${first.where === '' ? '' : `${first.where}: `}${first.what}`
  switch (receipt.outcome) {
    case 'done':
      if (exit === 0)
        return {
          is: 'succeeded',
          exit,
          said: `${release} is live on ${receipt.servers.map(({ name }) => name).join(', ')}`,
          problems,
        }
      return { is: 'unreachable', exit, said: `${release}${why}`, problems }
    case 'went back':
      return {
        is: 'went_back',
        exit,
        said: first === undefined ? `${release} was taken back` : `${first.where} ${first.what}`,
        problems,
      }
    case 'interrupted':
      return { is: 'interrupted', exit, said: `${release} was stopped before it was live`, problems }
    case 'failed':
      // Lost on the way: what was done is found by the next try, which does not do it again.
      return { is: exit === 6 ? 'unreachable' : 'failed', exit, said: `${release} did not go live${why}`, problems }
  }
}

// What became of a release that was begun, by whoever was killed meanwhile,
// and that cannot be gone on with: what its servers noted of it. Pure.
export function judgeEarlier(app: string, release: string, live: LiveReleases): Delivered {
  const of = live.of(release)
  const failed = of.flatMap(({ server, fact }) => (fact.failed === undefined ? [] : [{ server, why: fact.failed }]))
  const [first] = failed
  const problem = (what: string) => [
    {
      code: 'FLIGHT_RELEASE' as const,
      where: `${app} ${release}`,
      what,
      hint: `flight app:releases ${app} shows what is where`,
    },
  ]
  if (first !== undefined) {
    const wasLive = of.some(({ fact }) => fact.turns > 0)
    const became = wasLive ? 'went live and was taken back' : 'did not go live'
    const said = `${release} ${became}: ${first.server}: ${first.why}`
    return { is: wasLive ? 'went_back' : 'failed', exit: wasLive ? 7 : 1, said, problems: problem(said) }
  }
  if (of.length > 0 && of.every(({ fact }) => fact.good !== undefined))
    return {
      is: 'succeeded',
      exit: 0,
      said: `${release} was live and healthy on all servers, and another release followed it`,
      problems: [],
    }
  const said = `${release} was begun and cannot be gone on with`
  return { is: 'failed', exit: 1, said, problems: problem(said) }
}
