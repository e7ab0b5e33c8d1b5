import { existsSync } from 'node:fs'
import { labUnavailable } from '../test/lab/available.ts'
import { makeApplication } from './application.ts'
import { heedingChildren, Interrupted } from './children.ts'
import { shown, writeEnv, writeExample } from './example.ts'
import { farewell, stopping } from './farewell.ts'
import { placesOf, type Places, SERVERS } from './places.ts'
import { releaseIt } from './releases.ts'
import { say, since, title } from './say.ts'
import { bootServers, endServers, hostsOf } from './servers.ts'
import { type Typed, typed } from './typed.ts'

// Boots two servers, provisions them, releases an application on them, and says how to go on.
export async function quickstart(root: string, began: number): Promise<void> {
  const places = placesOf(root)
  const children = heedingChildren(() => say('\nInterrupted: ends what runs, then the two servers (a few seconds)'))
  try {
    const unavailable = labUnavailable()
    if (unavailable !== undefined) throw new Error(unavailable)
    title(`1. Two servers: ${SERVERS.join(' and ')}, real Debian systems in namespaces of this machine`)
    await bootServers(places, children)
    await writeDefinitions(places)
    const at = typed(places, children)
    await provisionAndConfigure(at)
    await releaseIt(places, at)
    say(farewell(places, since(began)))
  } catch (error) {
    if (error instanceof Interrupted) {
      await endServers(places, children)
      process.exitCode = error.exit
      return
    }
    process.exitCode = 1
    process.stderr.write(`quickstart stops here: ${error instanceof Error ? error.message : String(error)}\n`)
    if (hostsOf(places).length > 0)
      process.stderr.write(
        `The two servers are still there; to end them: ${stopping(places)}\nTo begin anew, delete ${places.folder} ` +
          `as well.\n`,
      )
  }
}

// Ends the two servers; the definitions and the application stay.
export async function stopQuickstart(root: string): Promise<void> {
  const places = placesOf(root)
  process.exitCode = await endServers(
    places,
    heedingChildren(() => undefined),
  )
  if (existsSync(places.definitions))
    say(`The definitions and the application stay in ${places.folder} for the next time; delete it to begin anew.`)
}

async function writeDefinitions(places: Places): Promise<void> {
  title('2. Definitions: a folder as `flight init` writes it, with this cluster and this app in it')
  const isNew = await writeExample(places)
  writeEnv(places)
  await makeApplication(places)
  if (!isNew) say(`${places.definitions} is there already and stays as you left it`)
  else say(`\n${shown(places, 'clusters/staging.yml')}\n\n${shown(places, 'apps/shop.yml')}\n`)
  say(
    `It comes with ../shop, a git repository of a small Laravel application, and ../env, so that a shell finds ` +
      `flight and the servers:

$ cd ${places.definitions}
$ . ../env`,
  )
}

async function provisionAndConfigure(at: Typed): Promise<void> {
  title('3. The servers: nginx, PHP and what apps need. Waits for apt on both, a minute or two')
  await at.flight(0, 'provision staging --yes')
  title('4. The app on them: a user, a pool, a site. It answers 503 until there is a release')
  await at.flight(0, 'app:configure shop --yes')
  say('\nA second plan is empty:')
  await at.flight(0, 'plan --detailed-exitcode')
}
