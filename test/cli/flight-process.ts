import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
export const BIN = join(root, 'bin/flight')
// Bounds what hangs.
const LONGEST = 600_000

export type Ended = { exit: number | null; stdout: string; stderr: string }
export type Options = { cwd: string; env?: NodeJS.ProcessEnv; stdin?: string }

// Runs the real bin to its end; one that does not end in time is killed, and its exit is null.
export async function flight(words: readonly string[], options: Options): Promise<Ended> {
  return ended(startFlight(words, options), options.stdin ?? '')
}

// Starts the real bin.
export function startFlight(words: readonly string[], options: Options): ChildProcess {
  buildOnce()
  return spawn(process.execPath, [BIN, ...words], { cwd: options.cwd, env: environment(options.env), stdio: 'pipe' })
}

// What flight is run with: nothing of the developer's own settings.
export function environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: tmpdir(), LC_ALL: 'C', TZ: 'UTC', ...env }
}

export function ended(child: ChildProcess, stdin = ''): Promise<Ended> {
  return new Promise((resolve) => {
    let stdout = ''
    let stderr = ''
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin?.on('error', () => undefined).end(stdin)
    child.once('close', (exit) => {
      clearTimeout(timer)
      resolve({ exit, stdout, stderr })
    })
  })
}

const folders = new Set<string>()
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

// A folder with these files, gone when the tests are.
export function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'flight-commands-'))
  folders.add(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

// Two clusters whose servers refuse every connection at once, and one app.
export function fleet(): string {
  const server = (name: string, number: number): string =>
    `  - { name: ${name}, host: 127.0.0.${number}, web_server: true }\n`
  const ssh = 'ssh: { port: 1, connect_timeout: 2 }\n'
  return folderWith({
    'flight.yml': 'state: ./state\n',
    'clusters/staging.yml':
      `php: [ 8.2 ]\n${ssh}servers:\n` + server('web-1', 1) + server('web-2', 2) + server('web-3', 3),
    'clusters/production.yml': `php: [ 8.2 ]\n${ssh}servers:\n${server('shop-1', 4)}`,
    'apps/shop.yml': [
      'repo: git@github.com:example/shop.git',
      'php: 8.2',
      'cluster: production',
      'domain: shop.example.com',
      'linked_dirs: [ storage/app, storage/logs ]',
      'linked_files: [ .env ]',
      'servers:',
      '  - { name: shop-1, web: { max_workers: 5 } }',
      '',
    ].join('\n'),
  })
}

let built = false

// Builds when something is newer than the last build: tests must not pass on old code.
function buildOnce(): void {
  if (built) return
  built = true
  const program = join(root, 'dist/commands.cjs')
  const sources = ['src', 'schemas', 'templates', 'build'].flatMap((folder) => filesIn(join(root, folder)))
  const last = Math.max(
    ...sources.filter((file) => !file.includes('/generated/')).map((file) => statSync(file).mtimeMs),
  )
  const age = statSync(program, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (age < last)
    execFileSync(process.execPath, [join(root, 'build/build.mjs')], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 900_000,
    })
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
