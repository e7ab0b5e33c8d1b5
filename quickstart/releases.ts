import { environmentPath } from '../src/model/app-paths.ts'
import { type Places, SERVERS } from './places.ts'
import { title } from './say.ts'
import type { Typed } from './typed.ts'
import { HOME, NAME, showPages, underLoad } from './visitors.ts'

const PUSH = 'env:push shop ../shop/.env --yes'

// From the environment file to a release that is taken back.
export async function releaseIt(places: Places, at: Typed): Promise<void> {
  await pushEnvironmentFile(at)
  title('6. A release: prepared on both servers, checked, live on both at the same moment')
  await at.flight(0, 'app:release shop main --yes')
  await showPages(places, HOME)
  title('7. The next one, while visitors ask both servers for the page, again and again')
  await at.shell('(cd ../shop && date >public/built.txt && git add . && git commit -qm "Say when it was built")')
  await underLoad(places, HOME, () => at.flight(0, 'app:release shop main --yes'))
  title('8. Another name for the application, in its environment file. Visitors ask for that name meanwhile')
  await at.shell('sed -i "s/^APP_NAME=.*/APP_NAME=\'Shop, $(date +%T)\'/" ../shop/.env')
  await underLoad(places, NAME, () => at.flight(0, PUSH))
  await showPages(places, NAME)
  title('9. The way back to the release before, under load again')
  await underLoad(places, HOME, () => at.flight(0, 'app:rollback shop --yes'))
  await showPages(places, HOME)
  await at.flight(0, 'app:releases shop')
}

async function pushEnvironmentFile(at: Typed): Promise<void> {
  const file = environmentPath({ name: 'shop', linkedFiles: [] })
  title('5. The environment file: a release that misses something says so, and sends nothing')
  const isThere = await at.succeeds(
    SERVERS.map((server) => `ssh -F "$FLIGHT_SSH_CONFIG" ${server} 'test -e ${file}'`).join(' && '),
  )
  if (!isThere) await at.flight(1, 'app:release shop main --yes')
  await at.flight(0, PUSH)
}
