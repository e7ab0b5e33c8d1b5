import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ArtifactEvent, ArtifactRequest } from '../../src/model/artifact.ts'
import { makeArtifact } from '../../src/artifacts/make-artifact.ts'
import type { HeldArtifact } from '../../src/artifacts/make-artifact.ts'
import { FlightError } from '../../src/model/errors.ts'

// Real git repositories in a temporary folder.

const folders: string[] = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function temporary(prefix = 'flight artifacts '): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  folders.push(folder)
  return folder
}

// A file's content; `link` and `executable` by name.
export type Content = string | Buffer | { link: string } | { executable: string }

export type Repository = {
  path: string
  git(...words: string[]): string
  commit(subject: string, files: Readonly<Record<string, Content>>): string
}

export function repository(path = join(temporary(), 'shop')): Repository {
  mkdirSync(path, { recursive: true })
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
    GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
  }
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'protocol.file.allow=always', '-C', path, ...words], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  git('init', '--quiet', '--initial-branch=main')
  const commit = (subject: string, files: Readonly<Record<string, Content>>) => {
    for (const [name, content] of Object.entries(files)) put(join(path, name), content)
    git('add', '--all', '--force')
    git('commit', '--quiet', '--allow-empty', '-m', subject)
    return git('rev-parse', 'HEAD')
  }
  return { path, git, commit }
}

function put(path: string, content: Content): void {
  mkdirSync(dirname(path), { recursive: true })
  if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(path, content)
  else if ('link' in content) symlinkSync(content.link, path)
  else {
    writeFileSync(path, content.executable)
    chmodSync(path, 0o755)
  }
}

export function requestFor(repo: string, changes: Partial<ArtifactRequest> = {}): ArtifactRequest {
  return {
    app: 'shop',
    repo,
    deployKey: undefined,
    releaseFrom: [],
    subdirectory: undefined,
    buildCommands: [],
    commit: 'main',
    found: undefined,
    given: undefined,
    state: join(temporary(), 'state'),
    keep: 5,
    sshConfig: undefined,
    patience: 60_000,
    ...changes,
  }
}

export type Told = HeldArtifact & { events: ArtifactEvent[] }

export async function make(request: ArtifactRequest, signal = new AbortController().signal): Promise<Told> {
  const events: ArtifactEvent[] = []
  return { ...(await makeArtifact(request, { signal, tell: (event) => void events.push(event) })), events }
}

// The message of a refusal: `CODE what (hint)`.
export async function refused(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    if (!(error instanceof FlightError)) throw error
    return error.problems.map(({ code, what, hint }) => `${code} ${what} (${hint ?? ''})`).join('\n')
  }
  throw new Error('nothing was refused')
}

// Unpacks as a server will; answers with the folder.
export function unpacked(file: string): string {
  const folder = temporary()
  execFileSync('tar', ['-xzf', file, '-C', folder], { env: { PATH: process.env['PATH'], LC_ALL: 'C' } })
  return folder
}

// The names in an archive, as GNU tar reads them.
export function namesIn(file: string): string[] {
  return execFileSync('tar', ['-tzf', file, '--quoting-style=literal', '--null'], {
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    encoding: 'latin1',
    maxBuffer: 1e9,
  })
    .split('\n')
    .filter((name) => name !== '')
}
