// What may stand at the end of a command line, worked out from the commands' own flags and arguments.

export type FlagShape = {
  name: string
  char?: string
  type: 'boolean' | 'option'
  summary?: string
  options?: readonly string[]
  multiple?: boolean
  hidden?: boolean
}
export type ArgShape = { name: string; options?: readonly string[] }
export type CommandShape = {
  id: string
  summary: string
  hidden: boolean
  flags: readonly FlagShape[]
  args: readonly ArgShape[]
}

export type Names = Record<'clusters' | 'apps' | 'servers', readonly string[]>

export type Candidate = { word: string; about?: string }

// `files` and `folders`: the shell completes paths itself.
export type Candidates = { words: readonly Candidate[]; paths: 'none' | 'files' | 'folders' }

const NOTHING: Candidates = { words: [], paths: 'none' }

// The candidates for the last word; the words are those after `flight`, the last one may be empty or half typed.
export async function candidatesFor(
  words: readonly string[],
  commands: readonly CommandShape[],
  names: () => Promise<Names>,
): Promise<Candidates> {
  const current = words[words.length - 1] ?? ''
  if (words.length <= 1) return matching(current, commandWords(commands))
  if (words[0] === 'help') return words.length === 2 ? matching(current, commandWords(commands)) : NOTHING
  const command = commands.find(({ id }) => id === words[0])
  if (command === undefined) return NOTHING
  const before = words.slice(1, -1)
  const joined = /^(--[a-z-]+)=(.*)$/s.exec(current)
  if (joined !== null) {
    const [, flag = '', begun = ''] = joined
    const of = await valuesOf(flagNamed(command, flag), begun, names)
    return { ...of, words: of.words.map((candidate) => ({ ...candidate, word: `${flag}=${candidate.word}` })) }
  }
  const waiting = flagNamed(command, before[before.length - 1] ?? '')
  if (waiting?.type === 'option') return valuesOf(waiting, current, names)
  if (current.startsWith('-')) return matching(current, flagWords(command, before))
  const arg = command.args[positionals(command, before)]
  return arg === undefined ? matching(current, flagWords(command, before)) : valuesOf(arg, current, names)
}

function commandWords(commands: readonly CommandShape[]): Candidate[] {
  return commands.filter(({ hidden }) => !hidden).map(({ id, summary }) => ({ word: id, about: summary }))
}

function flagWords(command: CommandShape, before: readonly string[]): Candidate[] {
  const used = before.map((word) => flagNamed(command, word.replace(/=.*$/s, ''))?.name)
  const left = command.flags.filter(
    ({ name, hidden, multiple }) => hidden !== true && (multiple === true || !used.includes(name)),
  )
  return [
    ...left.map(({ name, summary }) => ({ word: `--${name}`, ...(summary === undefined ? {} : { about: summary }) })),
    { word: '--help' },
  ]
}

async function valuesOf(
  wanted: FlagShape | ArgShape | undefined,
  begun: string,
  names: () => Promise<Names>,
): Promise<Candidates> {
  if (wanted === undefined) return NOTHING
  if (wanted.options !== undefined)
    return matching(
      begun,
      wanted.options.map((word) => ({ word })),
    )
  const plain = (list: readonly string[]): Candidates =>
    matching(
      begun,
      list.map((word) => ({ word })),
    )
  switch (wanted.name) {
    case 'cluster':
      return plain((await names()).clusters)
    case 'app':
      return plain((await names()).apps)
    case 'server':
      return plain((await names()).servers)
    case 'plan':
    case 'out':
    case 'junit':
    case 'log-file':
      return { words: [], paths: 'files' }
    case 'dir':
    case 'definitions':
      return { words: [], paths: 'folders' }
    default:
      return NOTHING
  }
}

function flagNamed(command: CommandShape, word: string): FlagShape | undefined {
  if (word.startsWith('--')) return command.flags.find(({ name }) => name === word.slice(2))
  return word.startsWith('-') ? command.flags.find(({ char }) => char === word.slice(1)) : undefined
}

// How many arguments stand among the words before the current one.
function positionals(command: CommandShape, before: readonly string[]): number {
  let count = 0
  let value = false
  for (const word of before) {
    if (value) value = false
    else if (word.startsWith('-')) value = flagNamed(command, word)?.type === 'option'
    else count += 1
  }
  return count
}

function matching(begun: string, candidates: readonly Candidate[]): Candidates {
  return { words: candidates.filter(({ word }) => word.startsWith(begun)), paths: 'none' }
}
