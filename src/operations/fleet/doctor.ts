import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import type { Definitions } from '../../model/definitions.ts'
import type { ErrorCode, Problem } from '../../model/errors.ts'
import type { System } from '../../model/server.ts'
import type { DoctorRow } from '../../views/doctor-text.ts'
import { serversOf } from '../scope.ts'
import type { Answers } from './ask-each.ts'

// Whether everything is there that is needed: on this machine, in the definitions, on each server.

type Ran = { code: number | 'missing'; output: string }

// What must be there on this machine, whatever the definitions say.
export async function machineRows(): Promise<DoctorRow[]> {
  const [git, ssh, agent] = await Promise.all([run('git', ['--version']), run('ssh', ['-V']), run('ssh-add', ['-l'])])
  return [
    { where: '', check: 'Node.js', ok: true, found: process.version },
    programRow('git', git, 'Install git: releases are built from mirrors that it fetches.'),
    programRow('ssh', ssh, 'Install the OpenSSH client: without it ~/.ssh/config is not read.'),
    { where: '', check: 'ssh-agent', ok: true, found: agentText(agent) },
  ]
}

// What the definitions name on this machine: keys, and the folder for receipts.
export async function definitionRows(definitions: Definitions): Promise<DoctorRow[]> {
  const keys = new Set(
    serversOf(definitions)
      .map(({ ssh }) => ssh.identityFile)
      .filter((file) => file !== undefined),
  )
  return Promise.all([...[...keys].sort().map(keyRow), stateRow(definitions.settings.state)])
}

async function keyRow(file: string): Promise<DoctorRow> {
  const row = { where: '', check: `key ${file}` }
  try {
    const { mode } = await stat(file)
    await access(file, constants.R_OK)
    if ((mode & 0o077) === 0) return { ...row, ok: true, found: 'readable by nobody else' }
    return {
      ...row,
      ok: false,
      found: `others may read it (mode ${(mode & 0o777).toString(8)})`,
      hint: `chmod 600 ${file}`,
    }
  } catch {
    return {
      ...row,
      ok: false,
      found: 'is not there or cannot be read',
      hint: 'Correct identity_file in flight.yml or the cluster, or bring the key here.',
    }
  }
}

async function stateRow(folder: string): Promise<DoctorRow> {
  const row = { where: '', check: 'folder for receipts' }
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK)
    return { ...row, ok: true, found: folder }
  } catch {
    return {
      ...row,
      ok: false,
      found: `${folder} cannot be written`,
      hint: 'Name another folder with `state` in flight.yml.',
    }
  }
}

function programRow(name: string, { code, output }: Ran, hint: string): DoctorRow {
  const row = { where: '', check: name }
  return code === 0
    ? { ...row, ok: true, found: output }
    : { ...row, ok: false, found: code === 'missing' ? 'is not installed' : output, hint }
}

// ssh-add exits with 0: keys, 1: none, 2: no agent.
function agentText({ code, output }: Ran): string {
  if (code === 0) return `${output.split('\n').length} keys`.replace(/^1 keys$/, '1 key')
  return code === 1 ? 'runs and holds no key: keys come from files' : 'none: keys come from files'
}

function run(program: string, words: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: 10_000, env: { ...process.env, LC_ALL: 'C' } }, (error, stdout, stderr) => {
      const output = (stdout.trim() === '' ? stderr : stdout).trim()
      if (error === null) resolve({ code: 0, output })
      else
        resolve({
          code: error.code === 'ENOENT' ? 'missing' : Number(error.code ?? 1),
          output: output === '' ? error.message : output,
        })
    })
  })
}

const CHECK_OF: Partial<Record<ErrorCode, string>> = {
  FLIGHT_UNREACHABLE: 'reachable',
  FLIGHT_HOST_KEY_UNKNOWN: 'host key',
  FLIGHT_HOST_KEY_CHANGED: 'host key',
  FLIGHT_AUTHENTICATION: 'login',
  FLIGHT_NO_SUDO: 'root or sudo -n',
  FLIGHT_UNSUPPORTED_SYSTEM: 'system',
}

// A row in JSON also has the code that docs/errors.md explains.
type Row = DoctorRow & { code?: ErrorCode }

// Whether each server lets us in, lets us act as root, and is a system that Flight knows.
export function serverRows({ answers, problems }: Answers<System>): Row[] {
  return [
    ...answers.map(({ server, answer }) => ({
      where: server.name,
      check: 'reached, root or sudo -n, system',
      ok: true,
      found: answer.name,
    })),
    ...problems.map(problemRow),
  ]
}

// A problem as a check that failed.
export function problemRow({ code, where, what, hint }: Problem): Row {
  return { where, check: CHECK_OF[code] ?? code, ok: false, code, found: what, ...(hint === undefined ? {} : { hint }) }
}
