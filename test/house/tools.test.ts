import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'

const root = fileURLToPath(new URL('../..', import.meta.url))

function clean(program: string, ...args: readonly string[]): void {
  try {
    execFileSync(join(root, 'node_modules/.bin', program), args, { cwd: root, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error })
  }
}

test('the types hold', () => clean('tsc', '-p', '.'))
test('oxlint finds nothing, with types either', () => clean('oxlint', '--type-aware'))
test('knip finds nothing unused', () => clean('knip', '--no-progress'))

test.run()
