import { readFileSync, readdirSync } from 'node:fs'
import { must } from './command.ts'

export type Suite = 'bookworm' | 'trixie'

// Where this machine takes Debian from, and the apt settings that reaching it needs.
export type Mirror = { main: string; security: string; settings: string[] }

const DEBIAN_SUITE =
  /^(buster|bullseye|bookworm|trixie|forky|sid|stable|testing|oldstable)(-updates|-security|\/updates)?$/
const CARRIED = /^Acquire::(Check-Date|Check-Valid-Until|Max-FutureTime|Retries|https?::(Proxy|Timeout)[^ ]*) "[^"]+";$/

// Reads the machine's own apt configuration. A machine that is
// not Debian itself names a Debian mirror in FLIGHT_LAB_MIRROR.
export async function machineMirror(): Promise<Mirror> {
  const sources = [...readSources()]
  const isSecurity = (suite: string) => suite.endsWith('-security') || suite.endsWith('/updates')
  const dump = await must('apt-config', ['dump'])
  const named = process.env['FLIGHT_LAB_MIRROR']
  const main = named ?? sources.find((each) => !isSecurity(each.suite))?.uri
  if (main === undefined)
    throw new Error("this machine's apt names no Debian mirror: say FLIGHT_LAB_MIRROR=http://…/debian")
  return {
    main,
    security:
      (named === undefined ? sources.find((each) => isSecurity(each.suite))?.uri : undefined) ??
      `${main.replace(/\/+$/, '')}-security`,
    settings: dump.split('\n').filter((line) => CARRIED.test(line)),
  }
}

// What a Debian host of this suite has in /etc/apt/sources.list.
export function sourcesList(suite: Suite, mirror: Mirror): string {
  return [
    `deb ${mirror.main} ${suite} main`,
    `deb ${mirror.main} ${suite}-updates main`,
    `deb ${mirror.security} ${suite}-security main`,
    '',
  ].join('\n')
}

function* readSources(): Generator<{ uri: string; suite: string }> {
  for (const path of ['/etc/apt/sources.list', ...listed('/etc/apt/sources.list.d')]) {
    const text = readIfThere(path)
    const found = path.endsWith('.sources') ? deb822(text) : oneLine(text)
    for (const each of found) {
      if (/^https?:/.test(each.uri) && DEBIAN_SUITE.test(each.suite)) yield each
    }
  }
}

function* oneLine(text: string): Generator<{ uri: string; suite: string }> {
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line)
    if (match !== null) yield { uri: trimmed(match[1] as string), suite: match[2] as string }
  }
}

function* deb822(text: string): Generator<{ uri: string; suite: string }> {
  for (const stanza of text.split(/\n\s*\n/)) {
    const words = (field: string) => new RegExp(`^${field}:(.*)$`, 'm').exec(stanza)?.[1]?.trim().split(/\s+/) ?? []
    if (words('Enabled')[0] === 'no' || !words('Types').includes('deb')) continue
    for (const uri of words('URIs')) for (const suite of words('Suites')) yield { uri: trimmed(uri), suite }
  }
}

function trimmed(uri: string): string {
  return uri.replace(/\/+$/, '')
}

function listed(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(list|sources)$/.test(name))
    .sort()
    .map((name) => `${folder}/${name}`)
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
