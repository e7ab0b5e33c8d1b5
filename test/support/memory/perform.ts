import { createHash } from 'node:crypto'
import { dirname } from 'node:path/posix'
import { type ErrorCode, FlightError } from '../../../src/model/errors.ts'
import { primaryFingerprints, withoutArmor } from '../../../src/model/openpgp.ts'
import { KEPT, MANIFEST, RETIRED_MARK, SERVER_FOLDER } from '../../../src/model/record.ts'
import type { InstallStep, KeyStep, RetireStep, ServiceStep, Step, UserStep, WriteStep } from '../../../src/model/step.ts'
import { AptRefused, installPackages, refreshLists, simulate } from './apt.ts'
import { type Entry, type Machine, tick } from './machine.ts'
import { complaint, noteLoaded, unloadedPath } from './services.ts'
import { contentAt, entryAt, makeFolders, plainMode, putInPlace, Refused, removeAt } from './tree.ts'

// The day on which everything happens here.
export const TODAY = '2000-01-01'

// Does one step to the machine, or throws the FlightError of a real server.
export function performOn(machine: Machine, server: string, step: Step, plan: string): void {
  const failed = (code: ErrorCode, what: string) => new FlightError({ code, where: server, what })
  try {
    doStep(machine, step, `${KEPT}/${plan.replace('sha256:', '').slice(0, 12)}`, failed)
  } catch (error) {
    if (error instanceof Refused) throw failed('FLIGHT_STEP_FAILED', error.message)
    if (error instanceof AptRefused) throw failed(error.why === 'unknown package' ? 'FLIGHT_UNKNOWN_PACKAGE' : 'FLIGHT_STEP_FAILED', error.message)
    throw error
  }
}

type Failed = (code: ErrorCode, what: string) => FlightError

function doStep(machine: Machine, step: Step, kept: string, failed: Failed): void {
  switch (step.step) {
    case 'install':
      return install(machine, step, failed)
    case 'write':
      return write(machine, step, kept)
    case 'directory': {
      if (entryAt(machine, step.path)?.type === 'link') throw new Refused(`${step.path} is a link, not a directory`)
      makeFolders(machine, step.path)
      known(machine, step)
      const { mode, owner, group } = step
      return putInPlace(machine, step.path, { type: 'directory', mode: plainMode(mode), owner, group })
    }
    case 'link': {
      makeFolders(machine, dirname(step.path))
      keep(machine, step.path, kept)
      known(machine, step)
      return putInPlace(machine, step.path, { type: 'link', target: step.target, owner: step.owner, group: step.group })
    }
    case 'user':
      return addUser(machine, step)
    case 'download': {
      const content = download(machine, step.url)
      if (sha256Of(content) !== step.sha256) throw failed('FLIGHT_STEP_FAILED', `what ${step.url} serves has another digest: ${sha256Of(content)}`)
      return write(machine, { ...step, step: 'write', content, owner: 'root', group: 'root' }, kept)
    }
    case 'key':
      return acceptKey(machine, step, kept, failed)
    case 'service':
      return service(machine, step, kept, failed)
    case 'retire':
      return retire(machine, step, kept)
  }
}

function install(machine: Machine, step: InstallStep, failed: Failed): void {
  machine.interrupted = false
  if (step.refresh) refreshLists(machine)
  const { upgrades, removes } = simulate(machine, step.packages)
  const extra = [...upgrades.filter(({ name }) => !step.upgrades.includes(name)), ...removes.filter(({ name }) => !step.removes.includes(name))]
  if (extra[0] !== undefined) throw failed('FLIGHT_WOULD_UPGRADE', `installing this would change ${extra[0].name}, which the plan does not name`)
  installPackages(machine, step.packages)
}

function write(machine: Machine, { path, content, mode, owner, group, scope }: WriteStep, kept: string): void {
  makeFolders(machine, dirname(path))
  known(machine, { owner, group })
  keep(machine, path, kept)
  note(machine, sha256Of(content), scope, path)
  putInPlace(machine, path, { type: 'file', content: Buffer.from(content), mode: plainMode(mode), owner, group })
}

function addUser(machine: Machine, { name, home, createHome, shell }: UserStep): void {
  if (machine.users.has(name)) return
  if (machine.groups.has(name)) throw new Refused(`group ${name} exists`)
  const uid = 999 - machine.users.size
  machine.users.set(name, { uid, gid: uid, home, shell })
  machine.groups.add(name)
  if (!createHome || entryAt(machine, home) !== undefined) return
  makeFolders(machine, dirname(home))
  putInPlace(machine, home, { type: 'directory', mode: '755', owner: name, group: name })
}

function acceptKey(machine: Machine, step: KeyStep, kept: string, failed: Failed): void {
  const keyring = withoutArmor(download(machine, step.key.url))
  const fingerprints = primaryFingerprints(keyring)
  if (fingerprints.length !== 1 || fingerprints[0] !== step.key.fingerprint) throw failed('FLIGHT_KEY_REFUSED', `${step.key.url} serves ${fingerprints.join(' and ')}`)
  write(machine, { step: 'write', path: step.path, content: keyring, mode: '644', owner: 'root', group: 'root', scope: step.scope }, kept)
}

function download(machine: Machine, url: string): Buffer {
  const content = machine.web.get(url)
  if (content === undefined) throw new Refused(`${url}: 404`)
  return Buffer.from(content)
}

function service(machine: Machine, step: ServiceStep, kept: string, failed: Failed): void {
  const said = complaint(machine, step.test)
  if (said !== undefined) {
    for (const path of step.changes) putBack(machine, path, kept)
    throw failed('FLIGHT_BAD_CONFIGURATION', said)
  }
  const unit = machine.units.get(step.unit)
  if (unit === undefined) throw new Refused(`Unit ${step.unit} could not be found.`)
  // A start that finds it running loads what changed since it was started.
  const loads = step.does === 'reload' || !unit.active || unloadedPath(machine, step.unit, unit, step.configuration) !== undefined
  const now = { enabled: unit.enabled || step.does === 'start', active: true, loadedAt: loads ? tick(machine) : unit.loadedAt }
  machine.units.set(step.unit, now)
  if (step.mark.by !== 'none') noteLoaded(machine, step.unit, now, step.configuration)
}

function retire(machine: Machine, { path, comment, because }: RetireStep, kept: string): void {
  const entry = entryAt(machine, path)
  if (entry?.type !== 'file') return
  keep(machine, path, kept)
  note(machine, '0'.repeat(64), 'retired', path)
  putInPlace(machine, path, { ...entry, content: Buffer.from(`${comment} ${RETIRED_MARK} on ${TODAY}: ${because}\n`) })
}

// The first content that a plan finds at a path stays kept, however often the step runs.
function keep(machine: Machine, path: string, kept: string): void {
  const place = `${kept}${path}`
  makeFolders(machine, dirname(place))
  if (entryAt(machine, place) !== undefined || entryAt(machine, `${place}.absent`) !== undefined) return
  const entry = entryAt(machine, path)
  putInPlace(machine, entry === undefined ? `${place}.absent` : place, entry ?? emptyFile())
}

function putBack(machine: Machine, path: string, kept: string): void {
  const entry = entryAt(machine, `${kept}${path}`)
  const now = contentAt(machine, path)
  if (entry?.type === 'file' && now !== undefined && Buffer.from(entry.content).equals(now)) return
  if (entry === undefined && (now === undefined || entryAt(machine, `${kept}${path}.absent`) === undefined)) return
  const lines = (contentAt(machine, MANIFEST)?.toString('utf8') ?? '').split('\n').map((line) => line.split('\t'))
  const last = lines.reverse().find(([sha256, , at]) => at === path && (now === undefined || sha256 !== sha256Of(now)))
  if (entry === undefined) removeAt(machine, path)
  else putInPlace(machine, path, entry)
  note(machine, last?.[0] ?? '0'.repeat(64), last?.[1] ?? 'forgotten', path)
}

function note(machine: Machine, sha256: string, scope: string, path: string): void {
  const before = contentAt(machine, MANIFEST) ?? Buffer.alloc(0)
  makeFolders(machine, SERVER_FOLDER)
  putInPlace(machine, MANIFEST, { ...emptyFile(), content: Buffer.concat([before, Buffer.from(`${sha256}\t${scope}\t${path}\n`)]) })
}

function emptyFile(): Extract<Entry, { type: 'file' }> {
  return { type: 'file', content: Buffer.alloc(0), mode: '644', owner: 'root', group: 'root', changed: 0 }
}

function known(machine: Machine, { owner, group }: { owner: string; group: string }): void {
  if (!machine.users.has(owner)) throw new Refused(`chown: invalid user: ${owner}`)
  if (!machine.groups.has(group)) throw new Refused(`chown: invalid group: ${group}`)
}

const sha256Of = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')
