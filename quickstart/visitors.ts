import { setTimeout as sleep } from 'node:timers/promises'
import { get, startLoad } from '../test/e2e/load.ts'
import { DOMAIN, type Places } from './places.ts'
import { say } from './say.ts'
import { hostsOf } from './servers.ts'

// What visitors ask for, and the part of its answer that says what they got.
type Asked = { path: string; says: RegExp }
export const HOME: Asked = { path: '/', says: /release [^ ,]+/ }
export const NAME: Asked = { path: '/name', says: /^.+/ }

// Shows what each server answers.
export async function showPages(places: Places, { path }: Asked): Promise<void> {
  say('')
  for (const { name, address } of hostsOf(places)) {
    const { status, body } = await get({ address }, { domain: DOMAIN, path })
    say(`http://${DOMAIN}${path} on ${name}: ${status} ${body.trim()}`)
    if (status !== 200) throw new Error(`${name} should answer 200`)
  }
}

// Does something while visitors ask every server for the page, and fails when one of their requests did.
export async function underLoad(places: Places, { path, says }: Asked, act: () => Promise<void>): Promise<void> {
  const loads = hostsOf(places).map(({ address }) =>
    startLoad({ address }, [{ domain: DOMAIN, path, says, visitors: 2 }], 20),
  )
  const stop = () => Promise.all(loads.map((load) => load.stop()))
  try {
    await Promise.all(loads.map((load) => load.reaches(20)))
    await act()
    await sleep(1000)
  } finally {
    await stop()
  }
  const reports = await stop()
  const requests = reports.reduce((sum, report) => sum + report.requests, 0)
  const failed = reports.reduce((sum, report) => sum + report.failures, 0)
  const answers = new Map<string, number>()
  for (const [body, times] of reports.flatMap(({ bodies }) => [...bodies])) {
    const answer = says.exec(body)?.[0] ?? 'something else'
    answers.set(answer, (answers.get(answer) ?? 0) + times)
  }
  say(
    `\n${requests} requests meanwhile, ${failed} failed. ` +
      `${[...answers].map(([answer, times]) => `${times} say "${answer}"`).join(', ')}.`,
  )
  if (failed > 0)
    throw new Error(
      `${failed} of ${requests} requests failed, and none ` +
        `may:\n${reports.flatMap((report) => report.failed).join('\n')}`,
    )
}
