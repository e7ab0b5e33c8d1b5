import type { ErrorCode, Problem } from '../model/errors.ts'
import { printable } from '../schema/printable.ts'
import type { PathSegment } from '../schema/violation.ts'

// A place in a definition, both counted from 1. Line 0: the file as a whole.
export type Place = { file: string; line: number; column: number }

// Something wrong (or unwise), before it is turned into text and sorted.
export type Finding = { code: ErrorCode; place: Place; path: readonly PathSegment[]; what: string; hint?: string }

// A finding about a file as a whole.
export function ofFile(file: string): Place {
  return { file, line: 0, column: 0 }
}

// servers[1].queues[0].workers
function pathText(path: readonly PathSegment[]): string {
  let text = ''
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`
    else if (/^[A-Za-z_][A-Za-z0-9_-]{0,60}$/.test(segment)) text += text === '' ? segment : `.${segment}`
    else text += `[${printable(JSON.stringify(segment.slice(0, 60)))}]`
  }
  return text
}

// Findings as problems: sorted by file, line, column; what was said once about a place is not said again.
export function problemsOf(findings: readonly Finding[]): Problem[] {
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const finding of [...findings].sort(byPlace)) {
    const where = whereText(finding)
    const key = `${where} ${finding.what}`
    if (seen.has(key)) continue
    seen.add(key)
    const { code, what, hint } = finding
    problems.push({ code, where, what, ...(hint === undefined ? {} : { hint }) })
  }
  return problems
}

// apps/shop.yml:12:7
export function placeText(place: Place): string {
  const file = printable(place.file)
  return place.line === 0 ? file : `${file}:${place.line}:${place.column}`
}

function whereText({ place, path }: Finding): string {
  return path.length === 0 ? placeText(place) : `${placeText(place)} ${pathText(path)}`
}

function byPlace(a: Finding, b: Finding): number {
  return (
    compare(a.place.file, b.place.file) ||
    a.place.line - b.place.line ||
    a.place.column - b.place.column ||
    compare(pathText(a.path), pathText(b.path)) ||
    compare(a.what, b.what)
  )
}

// Code units, not locale: the same everywhere.
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
