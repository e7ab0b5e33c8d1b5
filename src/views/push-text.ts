import { kindOf } from '../kinds/kinds.ts'
import type { Plan } from '../model/plan.ts'
import type { PlannedPush } from '../model/push.ts'
import { problemLines } from './plan-summary.ts'
import { inColorOf, paintFor } from './paint.ts'
import { count, names, sorted } from '../model/words.ts'
import { wrap } from './wrap.ts'

// What a push comes to beside the keys that change: where, and what follows there; or why nothing of it is done.
export function pushText(
  plan: Plan,
  { app, does, servers, notes }: PlannedPush,
  { color, width }: { color: boolean; width: number },
): string {
  const line = (symbol: Parameters<typeof inColorOf>[0], text: string) =>
    wrap(text, width, `  ${symbol} `).map((each) => inColorOf(symbol, each, paintFor(color)))
  const refused = [
    ...problemLines(plan.missing, 'could not be asked', 'could not be asked'),
    ...problemLines(plan.blocked, 'is blocked', 'are blocked'),
  ]
  if (refused.length > 0)
    return [
      ...refused.flatMap(({ text, hint }) => [
        ...line('!', text),
        ...(hint === undefined ? [] : wrap(`way out: ${hint}`, width, '      ')),
      ]),
      '',
    ].join('\n')
  const actions = plan.stages.flatMap(({ servers }) =>
    servers.flatMap((entry) => entry.actions.map((action) => ({ server: entry.server, action }))),
  )
  const on = names(
    servers.map(({ name }) => name),
    8,
  )
  const live = sorted(servers.flatMap((each) => each.live ?? []))
  const workers = sorted(
    actions.flatMap(({ server, action }) => (kindOf(action.kind).running === undefined ? [] : [server])),
  )
  const made = actions.filter(({ action }) => kindOf(action.kind).counted !== undefined).length
  const [check] = actions.flatMap(({ action }) => ('check' in action.after ? (action.after.check ?? []) : []))
  return [
    ...wrap(`On ${servers.length === 1 ? on : `${on} at once, or on none of them`}:`, width, ''),
    ...(made === 0 ? [] : line('+', `the user of ${app} and its folders, as far as they are not there`)),
    ...(servers.every(({ was }) => was === null)
      ? line('+', 'the file is written; there is none yet')
      : line(
          '~',
          does === 'push'
            ? `the file is replaced; the one before is kept (flight env:rollback ${app})`
            : 'the file that the last push replaced lies there again',
        )),
    ...(live.length === 0
      ? []
      : line('~', `what ${names(live, 4)} caches of its configuration is made anew; no reload`)),
    ...(check === undefined
      ? []
      : line(
          '>',
          `${check.host}${check.path} must answer ${check.status}, ` +
            `otherwise ${count(servers.length, 'server goes back', 'servers go back')}`,
        )),
    ...(workers.length === 0 ? [] : line('*', `workers on ${names(workers, 8)} restart after their job`)),
    ...notes.flatMap((note) => line('!', note)),
    '',
  ].join('\n')
}
