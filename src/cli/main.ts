import { run } from '@oclif/core/run'
import { settings } from '@oclif/core/settings'
import { FlightError } from '../model/errors.ts'
import { report, unknownCommand } from './everywhere/report.ts'

// Runs one command line; `root` is the folder of package.json. Sets the exit code and lets the process end by itself.
export async function runCommandLine(
  argv: readonly string[],
  root: string,
  commands: readonly string[],
): Promise<void> {
  settings.enableAutoTranspile = false
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  process.exitCode = await exitOf(argv, root, commands)
}

async function exitOf(argv: readonly string[], root: string, commands: readonly string[]): Promise<number> {
  try {
    const unknown = unknownCommand(argv, [...commands, 'help'])
    if (unknown !== undefined) throw new FlightError(unknown)
    const exit: unknown = await run([...argv], { root, devPlugins: false, userPlugins: false })
    return typeof exit === 'number' ? exit : 0
  } catch (error) {
    return report(error, argv)
  }
}
