import type { HistoryRow } from '../../views/history-text.ts'

const KEYS = ['when', 'who', 'from', 'what', 'outcome', 'plan'] as const

// One line of what a server remembers; undefined when it is not
// a line of ours. A server is not trusted to keep the form.
export function historyRow(server: string, line: string): HistoryRow | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const said = value as Record<string, unknown>
  const texts = KEYS.map((key) => said[key])
  if (!texts.every((text) => typeof text === 'string')) return undefined
  const [when, who, from, what, outcome, plan] = texts as [string, string, string, string, string, string]
  return { when, server, who, from, what, outcome, plan }
}
