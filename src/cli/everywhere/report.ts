import { FlightError } from '../../model/errors.ts'
import { colorOf } from './color.ts'
import { printJson, tell } from './output.ts'
import { isParseError, usageProblem } from './usage.ts'

// Shows why a command did not do what it was asked for; answers with the exit code.
// Mistakes and faults are sentences, a bug of Flight is its stack and how to report it.
export async function report(error: unknown, argv: readonly string[]): Promise<number> {
  if ((error as { code?: unknown } | undefined)?.code === 'EEXIT')
    return (error as { oclif: { exit?: number } }).oclif.exit ?? 0
  const json = hasFlag(argv, '--json')
  const known = isParseError(error)
    ? new FlightError(usageProblem(error, argv[0]?.startsWith('-') ? undefined : argv[0]))
    : error
  if (known instanceof FlightError) {
    if (json) printJson({ exit: known.exit, problems: known.problems })
    else {
      const { problemsText } = await import('../../views/problems-text.ts')
      tell(
        problemsText(known.problems, { color: colorOf(process.stderr, { 'no-color': hasFlag(argv, '--no-color') }) }),
      )
    }
    return known.exit
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  tell(`${stack}\n\n${HOW_TO_REPORT} (flight ${argv.join(' ')})`)
  if (json) printJson({ exit: 1, problems: [], bug: error instanceof Error ? error.message : String(error) })
  return 1
}

const HOW_TO_REPORT =
  'This is a bug of Flight, not your mistake. Please report it with the lines above, `flight --version` and what ' +
  'you ran'

// Asked of the words, because a command line that cannot be parsed must be answered, too.
function hasFlag(argv: readonly string[], flag: string): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? argv.length : end).includes(flag)
}
