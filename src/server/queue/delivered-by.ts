import type { Delivered } from '../../model/delivery.ts'
import type { Receipt } from '../../model/receipt.ts'
import { exitOfReceipt } from '../../cli/everywhere/exit-codes.ts'

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
