import { dirname } from 'node:path/posix'
import { type ErrorCode, FlightError, onServer } from '../../../src/model/errors.ts'
import { primaryFingerprints, withoutArmor } from '../../../src/model/openpgp.ts'
import { KEPT, RETIRED_MARK } from '../../../src/model/record.ts'
import type {
  DirectoryStep,
  InstallStep,
  KeyStep,
  RetireStep,
  Step,
  UserStep,
  WriteStep,
} from '../../../src/model/step.ts'
import { AptRefused, installPackages, refreshLists, simulate } from './apt.ts'
import type { Machine } from './machine.ts'
import { performPrograms } from './programs.ts'
import { performPush } from './pushes.ts'
import { check, fail, notedOf, performLive, prune, runCommand, unpack } from './releases.ts'
import { keep, note, putBack, sha256Of } from './records.ts'
import { performService } from './services.ts'
import { entryAt, makeFolders, plainMode, putInPlace, Refused } from './tree.ts'

// Does one step to the machine, or throws the FlightError of a real server.
export function performOn(machine: Machine, server: string, step: Step, plan: string): void {
  const failed = (code: ErrorCode, what: string) => new FlightError({ code, ...onServer(server), what })
  try {
    doStep(machine, step, `${KEPT}/${plan.replace('sha256:', '').slice(0, 12)}`, failed)
  } catch (error) {
    if (error instanceof Refused) throw failed('FLIGHT_STEP_FAILED', error.message)
    if (error instanceof AptRefused)
      throw failed(error.why === 'unknown package' ? 'FLIGHT_UNKNOWN_PACKAGE' : 'FLIGHT_STEP_FAILED', error.message)
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
    case 'directory':
      return directory(machine, step)
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
      if (sha256Of(content) !== step.sha256)
        throw failed('FLIGHT_STEP_FAILED', `what ${step.url} serves has another digest: ${sha256Of(content)}`)
      return write(machine, { ...step, step: 'write', content, owner: 'root', group: 'root' }, kept)
    }
    case 'key':
      return acceptKey(machine, step, kept, failed)
    case 'service':
      return performService(
        machine,
        step,
        (path) => putBack(machine, path, kept),
        (what) => failed('FLIGHT_BAD_CONFIGURATION', what),
      )
    case 'retire':
      return retire(machine, step, kept)
    case 'upload':
      return void notedOf(machine, step.app, step.release)
    case 'unpack':
      return unpack(machine, step)
    case 'command':
      return runCommand(machine, step, failed)
    case 'check':
      return check(machine, step, failed)
    case 'live':
      return performLive(machine, step)
    case 'fail':
      return fail(machine, step.app, step.release, step.why)
    case 'prune':
      return prune(machine, step)
    case 'environment':
      return putInPlace(machine, step.path, {
        type: 'file',
        content: Buffer.from(step.content.reveal()),
        mode: '600',
        owner: step.app,
        group: step.app,
      })
    case 'push':
      return performPush(machine, step, failed)
    case 'put-back':
      return putBack(machine, step.path, kept)
    case 'programs':
      return performPrograms(
        machine,
        step,
        () => step.changes.forEach((path) => putBack(machine, path, kept)),
        (what) => failed('FLIGHT_BAD_CONFIGURATION', what),
      )
    default:
      step satisfies never
  }
}

function install(machine: Machine, step: InstallStep, failed: Failed): void {
  machine.interrupted = false
  if (step.refresh) refreshLists(machine)
  const { upgrades, removes } = simulate(machine, step.packages)
  const extra = [
    ...upgrades.filter(({ name }) => !step.upgrades.includes(name)),
    ...removes.filter(({ name }) => !step.removes.includes(name)),
  ]
  if (extra[0] !== undefined)
    throw failed('FLIGHT_WOULD_UPGRADE', `installing this would change ${extra[0].name}, which the plan does not name`)
  installPackages(machine, step.packages)
}

function write(machine: Machine, { path, content, mode, owner, group, scope }: WriteStep, kept: string): void {
  makeFolders(machine, dirname(path))
  known(machine, { owner, group })
  keep(machine, path, kept)
  note(machine, sha256Of(content), scope, path)
  putInPlace(machine, path, { type: 'file', content: Buffer.from(content), mode: plainMode(mode), owner, group })
}

function directory(machine: Machine, { path, mode, owner, group, by }: DirectoryStep): void {
  if (entryAt(machine, path)?.type === 'link') throw new Refused(`${path} is a link, not a directory`)
  if (!machine.users.has(by)) throw new Refused(`runuser: user ${by} does not exist`)
  makeFolders(machine, path, by)
  if (by === 'root') {
    known(machine, { owner, group })
    return putInPlace(machine, path, { type: 'directory', mode: plainMode(mode), owner, group })
  }
  const made = entryAt(machine, path)
  if (made?.type !== 'directory' || made.owner !== by)
    throw new Refused(`chmod: changing permissions of '${path}': Operation not permitted`)
  if (!machine.groups.has(group)) throw new Refused(`chgrp: invalid group: ${group}`)
  return putInPlace(machine, path, { ...made, group, mode: plainMode(mode) })
}

function addUser(machine: Machine, { name, home, shell, scope }: UserStep): void {
  if (machine.users.has(name)) return
  if (scope !== 'cluster') note(machine, '0'.repeat(64), scope, home)
  if (machine.groups.has(name)) throw new Refused(`group ${name} exists`)
  const uid = 999 - machine.users.size
  machine.users.set(name, { uid, gid: uid, home, shell })
  machine.groups.add(name)
}

function acceptKey(machine: Machine, step: KeyStep, kept: string, failed: Failed): void {
  const keyring = withoutArmor(download(machine, step.key.url))
  const fingerprints = primaryFingerprints(keyring)
  if (fingerprints.length !== 1 || fingerprints[0] !== step.key.fingerprint)
    throw failed('FLIGHT_KEY_REFUSED', `${step.key.url} serves ${fingerprints.join(' and ')}`)
  write(
    machine,
    { step: 'write', path: step.path, content: keyring, mode: '644', owner: 'root', group: 'root', scope: step.scope },
    kept,
  )
}

function download(machine: Machine, url: string): Buffer {
  const content = machine.web.get(url)
  if (content === undefined) throw new Refused(`${url}: 404`)
  return Buffer.from(content)
}

function retire(machine: Machine, { path, comment, because }: RetireStep, kept: string): void {
  const entry = entryAt(machine, path)
  if (entry?.type !== 'file') return
  keep(machine, path, kept)
  putInPlace(machine, path, {
    ...entry,
    content: Buffer.from(`${comment} ${RETIRED_MARK} on ${machine.today}: ${because}\n`),
  })
  note(machine, '0'.repeat(64), 'retired', path)
}

function known(machine: Machine, { owner, group }: { owner: string; group: string }): void {
  if (!machine.users.has(owner)) throw new Refused(`chown: invalid user: ${owner}`)
  if (!machine.groups.has(group)) throw new Refused(`chown: invalid group: ${group}`)
}
