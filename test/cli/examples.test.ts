import { spawn } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { COMMANDS } from '../../src/cli/commands.ts'
import { BIN, ended, environment, fleet, flight, folderWith } from './flight-process.ts'

type Example = string | { description: string; command: string }

function commandOf(example: Example): string {
  return (typeof example === 'string' ? example : example.command).replaceAll('<%= config.bin %>', 'flight')
}

// The refusals that a right command line may meet where there are no servers and no terminal.
const WELL_FORMED = ['FLIGHT_NOT_CONFIRMED', 'FLIGHT_PLAN_NOT_EXPECTED', 'FLIGHT_RELEASE']

for (const [name, command] of Object.entries(COMMANDS)) {
  test(`every example of flight ${name} --help runs`, async () => {
    const examples = (command.examples ?? []) as Example[]
    assert.ok(examples.length > 0)
    const cwd = fleet()
    const bin = folderWith({})
    symlinkSync(BIN, join(bin, 'flight'))
    await flight(['plan', '--out', 'plan.json'], { cwd })
    for (const written of examples.map(commandOf)) {
      // What serves does so until it is told to stop.
      const line = name === 'serve' ? `timeout --preserve-status 4 ${written}` : written
      const env = environment({ PATH: `${bin}${delimiter}${process.env['PATH']}` })
      const { exit, stdout, stderr } = await ended(
        spawn('bash', ['-c', `mkdir -p plans; touch .env.shop; ${line}`], { cwd, env, stdio: 'pipe' }),
      )
      if (exit === 0 || exit === 6) continue
      const codes = (stdout + stderr).match(/FLIGHT_[A-Z_]+/g) ?? []
      assert.ok(codes.length > 0, `${line}: ${exit} ${stdout}${stderr}`)
      assert.ok(
        codes.every((code) => WELL_FORMED.includes(code)),
        `${line}: ${codes.join(', ')}`,
      )
    }
  })

  test(`flight ${name} --help says what it does`, async () => {
    const { exit, stdout } = await flight([name, '--help'], { cwd: folderWith({}) })
    assert.is(exit, 0)
    assert.match(stdout, /EXAMPLES/)
    assert.match(stdout, /--definitions/)
    assert.ok(command.summary.length < 80)
  })
}

test.run()
