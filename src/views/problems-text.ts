import type { Problem } from '../model/errors.ts'
import { onOneLine } from '../model/printable.ts'
import { type Paint, paintFor } from './paint.ts'
import { count, sorted } from '../model/words.ts'
import { wrap } from './wrap.ts'

const MANY = 3

function one(problem: Problem, withCode: boolean, width: number, paint: Paint): string[] {
  const where = onOneLine(problem.where)
  const what = onOneLine(problem.what)
  const code = withCode ? ` (${problem.code})` : ''
  const [first = '', ...rest] = wrap(where === '' ? `${what}${code}` : `${where}: ${what}${code}`, width, '! ', 2)
  const painted =
    where !== '' && first.startsWith(`! ${where}`) ? `! ${paint.bold(where)}${first.slice(where.length + 2)}` : first
  return [
    paint.red(painted.slice(0, 1)) + painted.slice(1),
    ...rest,
    ...(problem.hint === undefined ? [] : wrap(problem.hint, width, '  way out: ').map((line) => paint.dim(line))),
  ]
}

// Problems as sentences, in the order given: place, what is wrong, the code to look up, the way out. Many are counted
// by their codes at the end, and a hint that many of them share is said once, after the last of them.
export function problemsText(problems: readonly Problem[], options: { color: boolean; width?: number }): string {
  const paint = paintFor(options.color)
  const width = options.width ?? 100
  const lines = problems.flatMap((problem, index) => {
    const next = problems[index + 1]
    const repeated = next !== undefined && problem.hint !== undefined && next.hint === problem.hint
    const { hint: _, ...bare } = problem
    return one(repeated ? bare : problem, problems.length < MANY, width, paint)
  })
  if (problems.length < MANY) return lines.join('\n')
  const codes = sorted(problems.map(({ code }) => code)).map(
    (code) => `${problems.filter((problem) => problem.code === code).length} ${code}`,
  )
  return [...lines, ...wrap(`${count(problems.length, 'problem')}: ${codes.join(', ')}`, width, '')].join('\n')
}
