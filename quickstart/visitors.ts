import { setTimeout as sleep } from 'node:timers/promises'
import { get, startLoad } from '../test/e2e/load.ts'
import { DOMAIN, type Places } from './places.ts'
import { say } from './say.ts'
import { hostsOf } from './servers.ts'

const PAGE = { domain: DOMAIN, path: '/' }
const RELEASE = /release (\S+),/

// Shows what each server answers.
export async function showPages(places: Places): Promise<void> {
  say('')
  for (const { name, address } of hostsOf(places)) {
    const { status, body } = await get({ address }, PAGE)
    say(`http://${DOMAIN}/ on ${name}: ${status} ${body.trim()}`)
    if (status !== 200) throw new Error(`${name} should answer 200`)
  }
}

// Does something while visitors ask every server for the page, and fails when one of their requests did.
export async function underLoad(places: Places, act: () => Promise<void>): Promise<void> {
  const loads = hostsOf(places).map(({ address }) => startLoad({ address }, [{ ...PAGE, visitors: 2, says: RELEASE }], 20))
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
    const release = RELEASE.exec(body)?.[1] ?? 'something else'
    answers.set(release, (answers.get(release) ?? 0) + times)
  }
  say(`\n${requests} requests meanwhile, ${failed} failed. Answered by ${[...answers].map(([release, times]) => `${release}: ${times}`).join(', by ')}.`)
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed, and none may:\n${reports.flatMap((report) => report.failed).join('\n')}`)
}
