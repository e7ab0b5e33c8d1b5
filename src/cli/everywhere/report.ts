import { FlightError, type Problem } from '../../model/errors.ts'
import { nearest } from '../../schema/nearest.ts'
import { colorOf } from './color.ts'
import { printJson, tell } from './output.ts'

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

// oclif's error about a command line: `flags` are those it does
// not know, `args` those it misses, `parse` what it was reading.
type ParseError = Error & {
  oclif: { exit?: number }
  flags?: unknown
  args?: unknown
  parse?: { input?: { flags?: Record<string, { char?: string }> } }
}

function isParseError(error: unknown): error is ParseError {
  return error instanceof Error && typeof (error as { oclif?: unknown }).oclif === 'object'
}

// Why there is no such command (or no help on it), or undefined when there is.
export function unknownCommand(argv: readonly string[], commands: readonly string[]): Problem | undefined {
  const [word, after] = argv[0] === 'help' ? argv.slice(1).filter((each) => !each.startsWith('-')) : argv
  const next = after?.startsWith('-') === true ? undefined : after
  if (word === undefined || commands.includes(word) || ['--help', '-h', '--version'].includes(word)) return undefined
  if (word.startsWith('-')) {
    return {
      code: 'FLIGHT_USAGE',
      where: '',
      what: `${word} stands where a command should be`,
      hint: `flags follow the command: flight plan ${word}`,
    }
  }
  const topic = commands.filter((command) => command.startsWith(`${word.split(':')[0] ?? ''}:`))
  const isTopic = topic.length > 0 && !word.includes(':')
  // A topic alone names its commands.
  if (isTopic && next === undefined) return undefined
  const written = isTopic ? `${word}:${next ?? ''}` : word
  const meant = commands.includes(written) ? written : nearest(written, commands)
  const known =
    topic.length === 0
      ? 'flight --help names them all'
      : `there is ${topic.map((command) => `flight ${command}`).join(', ')}`
  return {
    code: 'FLIGHT_USAGE',
    where: '',
    what: `there is no command "${isTopic ? `${word} ${next ?? ''}` : word}"`,
    hint: meant === undefined ? known : `did you mean flight ${meant}?`,
  }
}

function isArg(arg: unknown): arg is { name: string; description?: string } {
  return typeof (arg as { name?: unknown } | null)?.name === 'string'
}

// What oclif says about a command line, as a problem with a way out.
function usageProblem(error: ParseError, command: string | undefined): Problem {
  const help = command === undefined ? 'flight --help' : `flight ${command} --help`
  if (Array.isArray(error.flags)) {
    const written = error.flags.map(String)
    const known = Object.keys(error.parse?.input?.flags ?? {})
    const meant = written.map((flag) => nearest(flag.replace(/^-+/, ''), known)).filter((name) => name !== undefined)
    return {
      code: 'FLIGHT_USAGE',
      where: '',
      what: `there is no flag ${written.join(', ')}`,
      hint:
        meant.length === 0 ? `${help} names them all` : `did you mean ${meant.map((name) => `--${name}`).join(', ')}?`,
    }
  }
  const missing = Array.isArray(error.args) ? error.args.filter(isArg) : []
  if (missing.length > 0) {
    const what = missing.map(
      ({ name, description }) =>
        `${name.toUpperCase()} is missing${description === undefined ? '' : ` (${description})`}`,
    )
    return { code: 'FLIGHT_USAGE', where: '', what: what.join(', '), hint: `${help} says how it is used` }
  }
  const what = error.message.replace(/\nSee more help with --help$/, '').replace(/\s*\n\s*/g, ' ')
  return {
    code: 'FLIGHT_USAGE',
    where: '',
    what: what.charAt(0).toLowerCase() + what.slice(1),
    hint: `${help} says how it is used`,
  }
}
