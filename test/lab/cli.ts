import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { claimLab } from './claim.ts'
import { allRecords } from './host-record.ts'
import { prepareLab } from './lab.ts'
import { runningMachine } from './machine.ts'
import { type Suite } from './mirror.ts'
import { labPlaces } from './places.ts'
import { sweep } from './sweep.ts'
import { type HostWish } from './wish.ts'

const USAGE = `usage: node --import tsx test/lab/cli.ts COMMAND
  up NAME:SUITE[:WARM] …   start hosts (bookworm or trixie); they stay until down
  status                   list them
  ssh NAME [COMMAND …]     enter one as root
  down                     end and remove all of them
FLIGHT_LAB_ID (here 1 unless set; tests use 0) names the lab, FLIGHT_LAB_DIR its folder.`

// Tests have lab 0; hosts started by hand must not stand in their way.
const places = labPlaces(process.env['FLIGHT_LAB_ID'] === undefined ? 1 : undefined)
const say = (line: string) => process.stdout.write(`${line}\n`)

async function up(args: readonly string[]): Promise<number> {
  const wishes = args.map(parseWish)
  if (wishes.length === 0) throw new Error(USAGE)
  const suites = [...new Set(wishes.map((wish) => wish.suite))]
  const lab = await prepareLab({ suites, log: say, id: places.id, keep: true })
  await lab.startHosts(wishes)
  lab.giveBack()
  return status()
}

function status(): number {
  const records = allRecords(places.hosts)
  for (const each of records) {
    const state = runningMachine(join(places.hosts, each.name)) === undefined ? 'off' : 'on'
    say(`${each.name.padEnd(16)} ${each.suite.padEnd(9)} ${places.addressOf(each.octet).padEnd(14)} ${state}`)
  }
  if (records.length === 0) say(`lab ${places.id} has no hosts`)
  else say(`ssh -F ${places.sshConfig} NAME`)
  return 0
}

function ssh(args: readonly string[]): number {
  if (args[0] === undefined) throw new Error(USAGE)
  return spawnSync('ssh', ['-F', places.sshConfig, ...args], { stdio: 'inherit' }).status ?? 255
}

async function down(quiet: boolean): Promise<number> {
  const giveBack = await claimLab(places)
  const names = await sweep(places)
  giveBack()
  if (!quiet) say(names.length === 0 ? `lab ${places.id} has no hosts` : `ended ${names.join(' ')}`)
  return 0
}

function parseWish(text: string): HostWish {
  const [name, suite, warm] = text.split(':')
  if (name === undefined || (suite !== 'bookworm' && suite !== 'trixie'))
    throw new Error(`"${text}" is not NAME:bookworm or NAME:trixie`)
  const wish: { name: string; suite: Suite } = { name, suite }
  return warm === undefined ? wish : { ...wish, warm }
}

async function main(command: string | undefined, args: readonly string[]): Promise<number> {
  if (command === 'up') return up(args)
  if (command === 'down') return down(args.includes('--quiet'))
  if (command === 'status') return status()
  if (command === 'ssh') return ssh(args)
  throw new Error(USAGE)
}

try {
  process.exitCode = await main(process.argv[2], process.argv.slice(3))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
