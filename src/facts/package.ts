import type { AptTransaction, PackageFact } from '../model/fact.ts'
import { program } from '../shell/program.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// What is installed, and what apt would do for what is not.
export const packageFact: FactSort<'package'> = {
  shell: (queries) => program('fact-package', { wanted: queries.map(({ name }) => name) }),

  parse(output, queries) {
    const parts = output.split('\0')
    if (parts.length < 6) throw new BadAnswer('packages')
    const [have = '', interrupted = '', lists = '', candidates = '', simulation = '', status = ''] = parts
    const installed = pairs(have)
    const candidate = pairs(candidates)
    const transaction: AptTransaction = {
      ...simulated(simulation),
      refusal: status.trim() === '0' ? undefined : refusalIn(simulation),
      listsOutdated: lists.trim() !== '',
      interrupted: interrupted.trim() !== '',
    }
    return queries.map((q): PackageFact => ({
      installed: installed.get(q.name),
      candidate: candidate.get(q.name),
      transaction,
    }))
  },
}

function pairs(text: string): Map<string, string> {
  const map = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [name, value] = line.split('\t')
    if (name !== undefined && value !== undefined && value !== '') map.set(name, value)
  }
  return map
}

// Lines of apt-get -s: `Inst NAME [OLD] (NEW …)` and `Remv NAME [OLD]`.
export function simulated(text: string): Pick<AptTransaction, 'installs' | 'upgrades' | 'removes'> {
  const installs: { name: string; version: string }[] = []
  const upgrades: { name: string; from: string; to: string }[] = []
  const removes: { name: string; version: string }[] = []
  for (const line of text.split('\n')) {
    const inst = /^Inst (\S+) (?:\[([^\]]+)\] )?\((\S+)/.exec(line)
    const remv = /^Remv (\S+)(?: \[([^\]]+)\])?/.exec(line)
    if (inst !== null) {
      const [, name, from, to] = inst as unknown as [string, string, string | undefined, string]
      if (from === undefined) installs.push({ name, version: to })
      else upgrades.push({ name, from, to })
    } else if (remv !== null) removes.push({ name: remv[1] as string, version: remv[2] ?? '' })
  }
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
  return { installs: installs.sort(byName), upgrades: upgrades.sort(byName), removes: removes.sort(byName) }
}

function refusalIn(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return (
    lines.filter((line) => line.startsWith('E:') || / : (Depends|Conflicts|Breaks)/.test(line)).join(' ') ||
    'apt found no solution'
  )
}
