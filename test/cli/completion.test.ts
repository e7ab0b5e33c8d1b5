import { execFileSync, spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { candidatesFor, type CommandShape } from '../../src/cli/completion/candidates.ts'
import { BIN, environment, fleet, flight, folderWith } from './flight-process.ts'

const COMMANDS: CommandShape[] = [
  {
    id: 'app:release',
    summary: 'Release',
    hidden: false,
    flags: [
      { name: 'server', type: 'option', multiple: true },
      { name: 'json', type: 'boolean' },
      { name: 'definitions', type: 'option' },
      { name: 'level', char: 'l', type: 'option', options: ['low', 'high'] },
    ],
    args: [{ name: 'app' }, { name: 'commit' }],
  },
  { id: 'complete', summary: 'Hidden', hidden: true, flags: [], args: [] },
]
const NAMES = { clusters: ['staging'], apps: ['blog', 'shop'], servers: ['web-1', 'web-2'] }

const CASES: [string[], string[]][] = [
  [[''], ['app:release']],
  [['app:'], ['app:release']],
  [
    ['app:release', ''],
    ['blog', 'shop'],
  ],
  [['app:release', 's'], ['shop']],
  [['app:release', 'shop', ''], []],
  [
    ['app:release', '--json', ''],
    ['blog', 'shop'],
  ],
  [
    ['app:release', '--server', ''],
    ['web-1', 'web-2'],
  ],
  [
    ['app:release', '--server', 'web-1', ''],
    ['blog', 'shop'],
  ],
  [
    ['app:release', '--server=web-1', ''],
    ['blog', 'shop'],
  ],
  [['app:release', '--server=web-2'], ['--server=web-2']],
  [
    ['app:release', '--level', ''],
    ['low', 'high'],
  ],
  [['app:release', '-l', 'h'], ['high']],
  [
    ['app:release', '--json', '--'],
    ['--server', '--definitions', '--level', '--help'],
  ],
  [['app:release', '--server', 'web-1', '--s'], ['--server']],
  [['help', 'app'], ['app:release']],
  [['nothing', ''], []],
]

for (const [words, expected] of CASES) {
  test(`what may follow: flight ${words.join(' ')}`, async () => {
    const { words: found } = await candidatesFor(words, COMMANDS, async () => NAMES)
    assert.equal(
      found.map(({ word }) => word),
      expected,
    )
  })
}

test('names come from the definitions, also when something in them is wrong', async () => {
  const cwd = folderWith({
    'clusters/staging.yml': 'php: [ 9.9 ]\nservers:\n  - { name: web-1 }\n  - { name: web-2, hots: x }\n',
    'clusters/broken.yml': 'servers: [',
    'apps/_base.yml': 'php: 8.2\n',
    'apps/shop.yml': 'nothing\n',
  })
  const complete = async (...words: string[]): Promise<string> =>
    (await flight(['complete', '--', ...words], { cwd })).stdout
  assert.is(await complete('plan', '--server', 'web-1', '--server', ''), 'web-1\nweb-2\n')
  assert.is(await complete('plan', '--app', ''), 'shop\n')
  assert.is(await complete('provision', ''), 'broken\nstaging\n')
  assert.is(await complete('app:configure', ''), 'shop\n')
  assert.is(await complete('env:pull', ''), 'shop\n')
  assert.match(await complete('app:c'), /^app:configure\t/)
})

test('outside of a definitions folder nothing is offered and nothing is said', async () => {
  const { exit, stdout, stderr } = await flight(['complete', '--', 'provision', ''], { cwd: folderWith({}) })
  assert.equal([exit, stdout, stderr], [0, '', ''])
})

// Where `flight` is the one of this folder.
function withFlight(): NodeJS.ProcessEnv {
  const bin = folderWith({})
  symlinkSync(BIN, join(bin, 'flight'))
  return environment({ PATH: `${bin}${delimiter}${process.env['PATH']}` })
}

test('bash completes with the script sourced', () => {
  const program = `
eval "$(flight completion bash)"
complete -p flight
try() { COMP_LINE="$1"; COMP_POINT=\${#1}; COMPREPLY=(); _flight; echo "\${COMPREPLY[*]}"; }
try "flight prov"
try "flight plan --cluster "
try "flight plan --cluster=st"
try "flight plan --server web-1 --server web-3"
try "flight show flight.y"
try "flight plan --app sh"
`
  const said = execFileSync('bash', ['--norc', '-c', program], {
    cwd: fleet(),
    env: withFlight(),
    encoding: 'utf8',
    timeout: 600_000,
  })
  assert.equal(said.trimEnd().split('\n'), [
    'complete -F _flight flight',
    'provision',
    'production staging',
    'staging',
    'web-3',
    'flight.yml',
    'shop',
  ])
})

const whereInstalled = (shell: string) => (spawnSync(shell, ['-c', 'true']).status === 0 ? test : test.skip)

whereInstalled('fish')('fish completes with the script sourced', () => {
  const program =
    `flight completion fish | source; for line in "flight prov" "flight plan --cluster st" "flight ` +
    `show flight.y"; complete -C $line; end`
  const env = { ...withFlight(), XDG_CONFIG_HOME: folderWith({}), XDG_DATA_HOME: folderWith({}) }
  const said = execFileSync('fish', ['-c', program], { cwd: fleet(), env, encoding: 'utf8', timeout: 600_000 })
  assert.equal(
    said
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0]),
    ['provision', 'staging', 'flight.yml'],
  )
})

whereInstalled('zsh')('the zsh script is one', () => {
  const program = 'autoload -U compinit; compinit -u -D; eval "$(flight completion zsh)"; print $_comps[flight]'
  const said = execFileSync('zsh', ['-f', '-c', program], { env: withFlight(), encoding: 'utf8', timeout: 600_000 })
  assert.is(said.trim(), '_flight')
})

test.run()
