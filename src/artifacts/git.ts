import { FlightError } from '../model/errors.ts'
import { gitEnvironment, GIT_WORDS } from './git-environment.ts'
import { startGroup } from './process-group.ts'
import { saidBy } from './said.ts'

// git ended badly: its words on one line. What it means is for the caller to say.
export class GitFailed extends Error {
  readonly said: string
  readonly code: number | null

  constructor(said: string, code: number | null) {
    super(said)
    this.name = 'GitFailed'
    this.said = said
    this.code = code
  }
}

// One repository and what its git is started with; `lock` is a descriptor that git holds as long as it lives.
export type Git = {
  repository: string
  lock: number | undefined
  signal: AbortSignal
  patience: number
  environment?: Readonly<Record<string, string>>
  hear?: (text: string) => void
}

// The most that git may answer where the answer is kept in memory.
const MOST_BYTES = 256 * 1024 * 1024
const KEPT_WORDS = 64 * 1024

// Runs git and answers with what it wrote, as latin1, so that no byte of a name is lost.
export async function askGit(git: Git, words: readonly string[], input?: Iterable<string>): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  await streamGit(
    git,
    words,
    async (stdout) => {
      for await (const chunk of stdout) {
        size += chunk.length
        if (size > MOST_BYTES) throw new GitFailed(`answered more than ${MOST_BYTES} bytes`, null)
        parts.push(chunk)
      }
    },
    input,
  )
  return Buffer.concat(parts).toString('latin1')
}

// Runs git and hands its output to `consume`; fails with GitFailed when git does, whatever was consumed.
export async function streamGit<T>(
  git: Git,
  words: readonly string[],
  consume: (stdout: AsyncIterable<Buffer>) => Promise<T>,
  input?: Iterable<string>,
): Promise<T> {
  const group = startGroup('git', [...GIT_WORDS, `--git-dir=${git.repository}`, ...words], {
    cwd: '/',
    env: { ...gitEnvironment(), ...git.environment },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(git.lock === undefined ? [] : [git.lock])],
    signal: git.signal,
  })
  const { child } = group
  const said: string[] = []
  let silent = false
  const timer = setTimeout(() => {
    silent = true
    group.end()
  }, git.patience)
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    timer.refresh()
    said.push(text)
    if (said.length > 1 && said.join('').length > KEPT_WORDS) said.splice(0, said.length - 20)
    git.hear?.(text)
  })
  const fed = input === undefined ? Promise.resolve() : feed(child.stdin, input)
  const consumed =
    child.stdout === null
      ? Promise.reject(new Error('git has no output'))
      : consume(heard(child.stdout, () => timer.refresh()))
  // Whatever the consumer threw, git must have ended before anything else happens to the repository.
  const taken = consumed.then(
    (value) => ({ value }),
    (error: unknown) => {
      if (child.stdout?.readableEnded !== true) group.end()
      child.stdout?.resume()
      return { error }
    },
  )
  const [{ code }, result] = await Promise.all([group.ended.catch(notStarted), taken, fed])
  clearTimeout(timer)
  git.signal.throwIfAborted()
  if (silent) throw new GitFailed(`said nothing for ${Math.round(git.patience / 1000)} seconds and was ended`, null)
  // An output that was cut off is git's failure rather than its reader's; a git that we ended has no code.
  if ('error' in result && (code === 0 || code === null)) throw result.error
  if (code !== 0) throw new GitFailed(saidBy(said.join('')) || `ended with exit code ${code}`, code)
  if ('error' in result) throw result.error
  return result.value
}

async function* heard(stdout: AsyncIterable<Buffer>, hear: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of stdout) {
    hear()
    yield chunk
  }
}

function notStarted(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw error
  throw new FlightError({
    code: 'FLIGHT_ARTIFACT',
    where: 'this controller',
    what: 'git is not installed',
    hint: 'install git (2.32 or newer)',
  })
}

async function feed(stdin: NodeJS.WritableStream | null, input: Iterable<string>): Promise<void> {
  if (stdin === null) return
  await new Promise<void>((resolve) => {
    // A git that ends early says why itself.
    stdin.on('error', () => resolve())
    stdin.end(Buffer.from([...input].join(''), 'latin1'), () => resolve())
  })
}
