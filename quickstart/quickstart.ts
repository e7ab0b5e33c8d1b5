import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { labUnavailable } from '../test/lab/available.ts'
import { allRecords } from '../test/lab/host-record.ts'
import { runningMachine } from '../test/lab/machine.ts'
import { installMissingPackages } from '../test/lab/packages.ts'
import { heedingChildren, Interrupted, type Children } from './children.ts'
import { quoted, writeEnv, writeExample } from './example.ts'
import { placesOf, type Places, SERVERS, SUITE } from './places.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)

// Boots two servers, provisions them from the example definitions, and says how to go on.
export async function quickstart(root: string, began: number): Promise<void> {
  const places = placesOf(root)
  const children = heedingChildren(() => say('\nInterrupted: ends what runs, then the two servers (a few seconds)'))
  try {
    const unavailable = labUnavailable()
    if (unavailable !== undefined) throw new Error(unavailable)
    await bootServers(places, children)
    await writeDefinitions(places)
    await provisionThem(places, children)
    say(farewell(places, since(began)))
  } catch (error) {
    if (error instanceof Interrupted) {
      await labCommand(places, children, 'down')
      process.exitCode = error.exit
      return
    }
    process.exitCode = 1
    process.stderr.write(`quickstart stops here: ${error instanceof Error ? error.message : String(error)}\n`)
    if (hostsOf(places).length > 0) process.stderr.write(`The two servers are still there; to end them: ${stopping(places)}\n`)
  }
}

// Ends the two servers; the definitions stay.
export async function stopQuickstart(root: string): Promise<void> {
  const places = placesOf(root)
  process.exitCode = await labCommand(places, heedingChildren(() => undefined), 'down')
  if (existsSync(places.definitions)) say(`The definitions stay in ${places.definitions} for the next time; delete ${places.folder} to begin anew.`)
}

async function bootServers(places: Places, children: Children): Promise<void> {
  title(`1. Two servers: ${SERVERS.join(' and ')}, real Debian systems in namespaces of this machine`)
  const hosts = hostsOf(places)
  if (hosts.length === SERVERS.length && hosts.every((host) => host.isOn)) {
    say('They run already, from an earlier quickstart.')
    return
  }
  // Here and not in the lab's own process: apt is not killed half way, so an interrupt waits for it.
  await installMissingPackages((line) => say(`${line} (apt-get; up to a minute)`))
  children.refuseIfInterrupted()
  if (hosts.length > 0) await labCommand(places, children, 'down')
  const base = Date.now()
  const code = await children.run(process.execPath, [...LAB(places), 'up', ...SERVERS.map((name) => `${name}:${SUITE}`)], labEnv(places))
  if (code !== 0) throw new Error('the servers do not start')
  say(`Booted ${since(base)}.`)
}

async function writeDefinitions(places: Places): Promise<void> {
  title('2. Definitions: what `flight init` writes, with the two addresses in clusters/staging.yml')
  const addresses = new Map(allRecords(places.lab.hosts).map((host) => [host.name, places.lab.addressOf(host.octet)]))
  const isNew = await writeExample(places, addresses)
  writeEnv(places)
  say(isNew ? `written to ${places.definitions}` : `${places.definitions} is there already and stays as you left it`)
}

async function provisionThem(places: Places, children: Children): Promise<void> {
  const plan = join(places.folder, 'plan.json')
  title('3. flight plan: what would be done; nothing is changed')
  const planned = await flight(places, children, 'plan', '--detailed-exitcode', '--out', plan)
  if (planned === 0) {
    say('The servers are as the definitions say already, so there is nothing to apply.')
    return
  }
  if (planned !== 2) throw new Error(`flight plan ended with exit code ${planned}; the definitions are in ${places.definitions}`)
  title('4. flight apply: exactly that. Waits for apt on both servers, a minute or two')
  const began = Date.now()
  const applied = await flight(places, children, 'apply', plan)
  if (applied !== 0) throw new Error(`flight apply ended with exit code ${applied}`)
  say(`Applied ${since(began)}.`)
  title('5. flight plan once more: nothing is left to do')
  const again = await flight(places, children, 'plan', '--detailed-exitcode', '--out', plan)
  if (again !== 0) throw new Error(again === 2 ? 'the second plan is not empty: that is a bug of Flight' : `flight plan ended with exit code ${again}`)
}

function flight(places: Places, children: Children, ...words: string[]): Promise<number> {
  const env = { FLIGHT_SSH_CONFIG: places.lab.sshConfig, FLIGHT_DEFINITIONS: places.definitions }
  return children.run(process.execPath, [join(places.root, 'bin/flight'), ...words], env)
}

function labCommand(places: Places, children: Children, command: 'down'): Promise<number> {
  return children.finish(process.execPath, [...LAB(places), command], labEnv(places))
}

const LAB = (places: Places) => ['--import', import.meta.resolve('tsx'), join(places.root, 'test/lab/cli.ts')]
const labEnv = (places: Places) => ({ FLIGHT_LAB_ID: String(places.lab.id) })

function hostsOf(places: Places): { name: string; isOn: boolean }[] {
  return allRecords(places.lab.hosts).map(({ name }) => ({ name, isOn: runningMachine(join(places.lab.hosts, name)) !== undefined }))
}

function title(text: string): void {
  say(`\n== ${text}`)
}

function since(began: number): string {
  return `in ${Math.round((Date.now() - began) / 1000)} s`
}

function stopping(places: Places): string {
  return `npm --prefix ${quoted(places.root.replace(/\/$/, ''))} run quickstart -- stop`
}

function farewell(places: Places, time: string): string {
  return `
== Done ${time}. Two servers run nginx and PHP 8.2 as the definitions say. Your turn; every line can be pasted:

  cd ${places.definitions}
  . ../env            # this shell now finds flight and the two servers

Change a limit, read what that would do, do it:

  sed -i 's/^request_memory: 512/request_memory: 256/' clusters/staging.yml
  flight plan
  flight apply plan.json

Edit a file on a server behind Flight's back, ask, put it right:

  ssh -F "$FLIGHT_SSH_CONFIG" staging-web-1 'sed -i s/10m/64m/ /etc/nginx/flight/limits.conf'
  flight drift
  flight provision staging

Look around: flight status, flight history, flight --help; the servers by ssh -F "$FLIGHT_SSH_CONFIG" NAME.

End the two servers:

  ${stopping(places)}`
}
