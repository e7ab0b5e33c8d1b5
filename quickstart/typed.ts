import { join } from 'node:path'
import type { Children } from './children.ts'
import { withoutDetails } from './plan-details.ts'
import type { Places } from './places.ts'
import { say } from './say.ts'

// Command lines, shown as somebody would type them in the definitions folder after `. ../env`, and run.
export type Typed = {
  // Fails unless it ends with this exit code.
  flight(exit: number, line: string): Promise<void>
  shell(line: string): Promise<void>
  // Not shown: whether it succeeds.
  succeeds(line: string): Promise<boolean>
}

export function typed(places: Places, children: Children): Typed {
  const cwd = places.definitions
  const env = { FLIGHT_SSH_CONFIG: places.lab.sshConfig, FLIGHT_DEFINITIONS: places.definitions }
  // Flight's stdout is a pipe here, which is not coloured by itself.
  const color = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}
  const sh = (line: string) => children.run('sh', ['-c', line], { cwd, env })
  return {
    async flight(exit, line) {
      say(`\n$ flight ${line}`)
      const way = { cwd, env: { ...env, ...color }, eachLine: withoutDetails(say) }
      const code = await children.run(process.execPath, [join(places.root, 'bin/flight'), ...line.split(' ')], way)
      if (code !== exit) throw new Error(`flight ${line} ended with exit code ${code}, expected ${exit}`)
    },
    async shell(line) {
      say(`$ ${line}`)
      if ((await sh(line)) !== 0) throw new Error(`this failed: ${line}`)
    },
    succeeds: async (line) => (await sh(line)) === 0,
  }
}
