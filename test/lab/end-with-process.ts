import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Lab } from './lab.ts'

// Ends a lab with this process: at its end, on Ctrl-C, when asked to terminate. (After SIGKILL the next start does it.)
export function endWithProcess(lab: Lab): void {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  process.once('exit', () => {
    lab.giveBack()
    // Nothing asynchronous happens any more in this process, so another one does it.
    const down = [fileURLToPath(new URL('cli.ts', import.meta.url)), 'down', '--quiet']
    spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), ...down], {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 600_000,
      env: { ...process.env, FLIGHT_LAB_ID: String(lab.places.id) },
    })
  })
}
