import { execFileSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

// Prints every view of one plan.
const PROGRAM =
  `
import { planText } from './src/views/plan-text.ts'
import { planMarkdown } from './src/views/plan-markdown.ts'
import { driftText } from './src/views/drift-text.ts'
import { everything } from './test/views/fleet.ts'
const plan = everything()
process.stdout.write(planText(plan, { color: false, width: 80, file: 'plan.json' }) + planMarkdown(plan) + ` +
  `driftText(plan, { color: false, width: 80 }))
`

test('a plan reads the same in every locale, time zone and terminal', () => {
  const root = new URL('../../', import.meta.url)
  const shown = [
    { LC_ALL: 'C', TZ: 'UTC' },
    { LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu', FORCE_COLOR: '3' },
    { LC_ALL: 'sv_SE.UTF-8', TZ: 'America/St_Johns', NO_COLOR: '1', COLUMNS: '20' },
  ].map((env) =>
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROGRAM], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      encoding: 'utf8',
    }),
  )
  assert.ok(shown[0]?.includes('web-1, web-2'))
  assert.is(shown[0], shown[1])
  assert.is(shown[0], shown[2])
})

test.run()
