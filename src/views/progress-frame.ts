import { onOneLine } from '../model/printable.ts'
import type { Paint } from './paint.ts'
import type { RunProgress, ServerProgress, StageProgress } from './progress-state.ts'
import { count } from '../model/words.ts'
import { duration } from './words.ts'

// Two cells of a terminal for what is wide in East Asian fonts and for pictures.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u

// The beginning of a text that fits into so many cells.
export function fit(text: string, cells: number): string {
  let used = 0
  let kept = ''
  for (const character of text) {
    used += WIDE.test(character) ? 2 : 1
    if (used > cells) return `${kept.slice(0, -1)}…`
    kept += character
  }
  return kept
}

function asking(run: RunProgress, now: number): string | undefined {
  if (run.asked.size + run.missing.size === 0) return undefined
  const missing = run.missing.size === 0 ? '' : `, ${run.missing.size} could not be asked`
  const open = [...run.asked].some((server) => !run.answered.has(server) && !run.missing.has(server))
  const time = open || run.stages.length === 0 ? ` ${duration((now - run.began) / 1000)}` : ''
  return `Asked ${count(run.asked.size, 'server')}: ${run.answered.size} answered${missing}${time}`
}

function tally(stage: StageProgress): string {
  const counts = new Map<string, number>()
  for (const { state } of stage.servers.values()) counts.set(state, (counts.get(state) ?? 0) + 1)
  const order = ['done', 'failed', 'unreachable', 'interrupted', 'running', 'verifying', 'waiting']
  return order.flatMap((state) => (counts.has(state) ? [`${counts.get(state)} ${state}`] : [])).join(', ')
}

// One line for a stage: how far it is.
export function stageLine(stage: StageProgress, now: number): string {
  return (
    `${onOneLine(stage.name)}: ${count(stage.servers.size, 'server')}, ${tally(stage)} ` +
    `(${duration(((stage.ended ?? now) - stage.began) / 1000)})`
  )
}

function serverLine(
  name: string,
  server: ServerProgress,
  { total, wide, now }: { total: number | undefined; wide: number; now: number },
): string {
  const finished = total === undefined || total === 0 ? `${server.actions}` : `${server.actions}/${total}`
  const doing =
    server.state === 'verifying'
      ? 'verifying'
      : server.doing === ''
        ? server.state
        : `${server.doing}${server.text === '' ? '' : `: ${onOneLine(server.text)}`} ` +
          `(${duration((now - server.since) / 1000)})`
  return `${name.padEnd(wide)} ${finished.padStart(6)}  ${doing}`
}

// What the terminal shows now, in at most `rows` lines: stages, below them the servers at work, those with the
// longest-running actions where not all fit. The others are counted: a fleet is larger than a terminal.
export function frameOf(
  run: RunProgress,
  size: { rows: number; columns: number },
  now: number,
  paint: Paint,
): string[] {
  const cells = size.columns - 1
  const head = [asking(run, now)].filter((line) => line !== undefined)
  const stages = run.stages.map((stage) => paint.bold(fit(stageLine(stage, now), cells)))
  const last = run.stages.at(-1)
  const servers = [...(last?.servers ?? [])].filter(([, { state }]) => state === 'running' || state === 'verifying')
  const top = [...head.map((line) => fit(line, cells)), ...stages].slice(-Math.max(1, size.rows))
  const room = size.rows - top.length
  if (room <= 0 || servers.length === 0) return top

  servers.sort(([a, { since: left }], [b, { since: right }]) => left - right || (a < b ? -1 : 1))
  const shown = servers.length <= room ? servers : servers.slice(0, room - 1)
  shown.sort(([a], [b]) => (a < b ? -1 : 1))
  const wide = Math.min(30, Math.max(0, ...shown.map(([name]) => name.length)))
  const lines = shown.map(([name, server]) =>
    fit(`  ${serverLine(onOneLine(name), server, { total: run.answered.get(name), wide, now })}`, cells),
  )
  const more = servers.length - shown.length
  return [
    ...top,
    ...lines,
    ...(more === 0 ? [] : [paint.dim(fit(`  and ${count(more, 'more server')} at work`, cells))]),
  ]
}
