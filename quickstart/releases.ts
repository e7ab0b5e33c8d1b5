import { ENVIRONMENT_FILE, type Places, SERVERS } from './places.ts'
import { say, title } from './say.ts'
import type { Typed } from './typed.ts'
import { showPages, underLoad } from './visitors.ts'

// From the environment file to a release that is taken back.
export async function releaseIt(places: Places, at: Typed): Promise<void> {
  await putEnvironmentFile(at)
  title('6. A release: prepared on both servers, checked, live on both at the same moment')
  await at.flight(0, 'app:release shop main --yes')
  await showPages(places)
  title('7. The next one, while visitors ask both servers for the page, again and again')
  await at.shell('(cd ../shop && date >public/built.txt && git add . && git commit -qm "Say when it was built")')
  await underLoad(places, () => at.flight(0, 'app:release shop main --yes'))
  title('8. The way back, under the same load')
  await underLoad(places, () => at.flight(0, 'app:rollback shop --yes'))
  await showPages(places)
  await at.flight(0, 'app:releases shop')
}

async function putEnvironmentFile(at: Typed): Promise<void> {
  title('5. The environment file: a release that misses something says so, and sends nothing')
  if (await at.succeeds(SERVERS.map((server) => `ssh -F "$FLIGHT_SSH_CONFIG" ${server} 'test -e ${ENVIRONMENT_FILE}'`).join(' && '))) {
    say('It is there already, on both servers.')
    return
  }
  await at.flight(1, 'app:release shop main --yes')
  say('\nSo it is put there, once. (-F: these servers are in an ssh configuration of their own, not in yours.)')
  for (const server of SERVERS) {
    await at.shell(`ssh -F "$FLIGHT_SSH_CONFIG" ${server} 'install -o shop -g shop -m 600 /dev/stdin ${ENVIRONMENT_FILE}' < ../shop/.env`)
  }
}
