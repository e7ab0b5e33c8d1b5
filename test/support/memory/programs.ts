import type { ProgramsFact } from '../../../src/model/fact.ts'
import type { ProgramsStep } from '../../../src/model/step.ts'
import type { Machine } from './machine.ts'
import { pushesOf } from './pushes.ts'
import { liveOf } from './releases.ts'
import { contentAt, pathsBelow, Refused } from './tree.ts'

// A tiny supervisord: what it has loaded, which of it works on a job, and what ends after its job.

const RUNS = (machine: Machine) => machine.units.get('supervisor.service')?.active === true

// What the machine answers to the question about programs.
export function programsFact(machine: Machine): ProgramsFact {
  if (!RUNS(machine)) return { daemon: false, states: [], unloaded: [], runs: [], draining: [], refusal: undefined }
  const { programs } = machine
  const refusal = complaint(machine)
  return {
    daemon: true,
    states: [...programs].map(([name, { state }]) => ({ name, state })).sort(byName),
    unloaded: refusal === undefined ? unloadedIn(machine) : [],
    runs: [...programs]
      .flatMap(([name, { state, release, read }]) =>
        state === 'RUNNING' && release !== null
          ? [
              {
                name,
                release,
                isLive: release === liveOf(machine, appOf(name)),
                isFresh: read === pushesOf(machine, appOf(name)).generation,
              },
            ]
          : [],
      )
      .sort(byName),
    draining: [...programs]
      .filter(([, { drains }]) => drains)
      .map(([name]) => name)
      .sort(),
    refusal,
  }
}

// Does the step; `putBack` restores what the plan found at its paths, `refuse` makes the error of a bad configuration.
export function performPrograms(
  machine: Machine,
  step: ProgramsStep,
  putBack: () => void,
  refuse: (what: string) => Error,
): void {
  if (!RUNS(machine)) throw new Refused('supervisord does not answer at /var/run/supervisor.sock')
  const said = complaint(machine)
  if (said !== undefined) {
    putBack()
    throw refuse(said)
  }
  const { programs } = machine
  for (const { name, is } of unloadedIn(machine)) {
    const program = programs.get(name)
    if (!name.startsWith(`${step.app}.`) || program?.drains === true) continue
    if (is === 'added' || program === undefined) loadFromDisk(machine, name)
    else if (program.busy) programs.set(name, { ...program, state: 'STOPPING', drains: true })
    else loadFromDisk(machine, name)
  }
  for (const [name, program] of Array.from(programs)) {
    if (
      !name.startsWith(`${step.app}.`) ||
      program.drains ||
      program.release === null ||
      (program.release === liveOf(machine, step.app) && program.read === pushesOf(machine, step.app).generation)
    )
      continue
    if (program.busy) programs.set(name, { ...program, state: 'STOPPING', drains: true })
    else loadFromDisk(machine, name)
  }
  for (const name of step.programs) {
    const program = programs.get(name)
    if (program !== undefined && !program.drains && program.state !== 'RUNNING') loadFromDisk(machine, name)
  }
  const down = step.programs.filter(
    (name) => programs.get(name)?.drains !== true && programs.get(name)?.state !== 'RUNNING',
  )
  if (down[0] !== undefined)
    throw new Refused(`${down[0]} does not run: ${programs.get(down[0])?.state ?? 'supervisor does not know it'}`)
}

// Begins with what lies on disk and nothing else, as a new supervisord does.
export function startPrograms(machine: Machine): void {
  machine.programs.clear()
  for (const name of sectionsOnDisk(machine).keys()) loadFromDisk(machine, name)
}

// Lets every job come to its end: what was to go goes, what was to change begins anew.
export function finishJobs(machine: Machine): void {
  for (const [name, program] of Array.from(machine.programs)) {
    if (program.drains) loadFromDisk(machine, name)
    else machine.programs.set(name, { ...program, busy: false })
  }
}

function unloadedIn(machine: Machine): ProgramsFact['unloaded'] {
  const disk = sectionsOnDisk(machine)
  const names = [...new Set([...disk.keys(), ...machine.programs.keys()])].sort()
  return names.flatMap((name): ProgramsFact['unloaded'] => {
    const [wanted, runs] = [disk.get(name), machine.programs.get(name)?.section]
    if (wanted === runs) return []
    return [{ name, is: runs === undefined ? 'added' : wanted === undefined ? 'removed' : 'changed' }]
  })
}

function loadFromDisk(machine: Machine, name: string): void {
  const section = sectionsOnDisk(machine).get(name)
  if (section === undefined) machine.programs.delete(name)
  else
    machine.programs.set(name, {
      section,
      state: section.includes('exit 1') ? 'FATAL' : 'RUNNING',
      busy: false,
      drains: false,
      release: liveOf(machine, appOf(name)),
      read: pushesOf(machine, appOf(name)).generation,
    })
}

const appOf = (name: string) => name.split('.')[0] as string

function filesOf(machine: Machine): { path: string; lines: { text: string; at: number }[] }[] {
  const paths = pathsBelow(machine, '/etc/supervisor/conf.d')
    .filter((path) => /conf\.d\/[^/.][^/]*\.conf$/.test(path))
    .sort()
  return paths.map((path) => {
    const lines = (contentAt(machine, path)?.toString('utf8') ?? '')
      .split('\n')
      .map((text, index) => ({ text, at: index + 1 }))
    return { path, lines: lines.filter(({ text }) => text !== '' && !/^[;#]/.test(text)) }
  })
}

function sectionsOnDisk(machine: Machine): Map<string, string> {
  return new Map(filesOf(machine).flatMap((file) => [...sectionsIn(file.lines)]))
}

function sectionsIn(lines: readonly { text: string }[]): Map<string, string> {
  const sections = new Map<string, string>()
  let name: string | undefined
  for (const { text } of lines) {
    name = /^\[program:(.+)\]$/.exec(text)?.[1] ?? name
    if (name !== undefined) sections.set(name, text.startsWith('[') ? '' : `${sections.get(name)}${text}\n`)
  }
  return sections
}

// What makes supervisord refuse all of its configuration: what it cannot read, and after that what it does not know.
function complaint(machine: Machine): string | undefined {
  const files = filesOf(machine)
  for (const {
    path,
    lines: [first, ...others],
  } of files) {
    if (first !== undefined && !first.text.startsWith('['))
      return `File contains no section headers. file: '${path}', line: ${first.at} '${first.text}\\n'`
    // As for every daemon here, nonsense is not understood wherever it stands.
    const bad = others
      .filter(({ text }) => !/^\[|[=:]/.test(text) || text.includes('nonsense'))
      .map(({ text, at }) => ` [line ${String(at).padStart(2)}]: '${text}\\n'`)
    if (bad.length > 0) return `Source contains parsing errors: '${path}'${bad.join('')}`
  }
  for (const { path, lines } of files) {
    for (const [name, section] of sectionsIn(lines)) {
      const user = /^user=(.*)$/m.exec(section)?.[1]
      if (user !== undefined && !machine.users.has(user))
        return `Invalid user name ${user} in section 'program:${name}' (file: '${path}')`
    }
  }
  return undefined
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
