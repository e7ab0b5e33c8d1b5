import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FlightError } from '../../src/model/errors.ts'
import { homeOf, unitText, type UnitParts } from '../../src/server/unit.ts'

const folder = mkdtempSync(join(tmpdir(), 'flight-unit-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const parts = (other: Partial<UnitParts> = {}): UnitParts => ({
  user: 'flight',
  bin: program('plain'),
  node: '/usr/bin/node',
  definitions: '/srv/infra',
  state: '/var/lib/flight-state',
  port: 8180,
  ...other,
})

function program(name: string): string {
  const file = join(folder, name, 'flight')
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, 0o755)
  return file
}

function analyze(words: readonly string[], unit: string): { status: number | null; said: string } {
  const file = join(folder, 'flight.service')
  writeFileSync(file, unit)
  const { status, stdout, stderr } = spawnSync('systemd-analyze', [...words, file], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  return { status, said: stdout + stderr }
}

const whereSystemd = spawnSync('systemd-analyze', ['--version']).status === 0 ? test : test.skip

const HOSTILE = ['with space', '100%h %n %%', '$HOME ${X}', 'semi ; colon', '@!+-:', 'ünï😀', '&|<>*?#']

// systemd resolves the program's path: were it read otherwise than it was meant, it would not be found.
for (const name of HOSTILE) {
  whereSystemd(`systemd takes the unit, and finds flight, in ${JSON.stringify(name)}`, () => {
    const unit = unitText(
      parts({ bin: program(name), definitions: `/srv/${name}"\\n\\x41'`, state: `/var/lib/${name}"\\n\\x41'` }),
    )
    assert.equal(analyze(['verify', '--man=no'], unit), { status: 0, said: '' })
  })
}

whereSystemd('systemd would notice a path that is quoted wrongly', () => {
  const right = unitText(parts({ bin: program('100%h') }))
  assert.match(analyze(['verify', '--man=no'], right.replace('100%%h', '100%h')).said, 'not executable')
  assert.match(
    analyze(['verify', '--man=no'], unitText(parts()).replace('"/var/lib/flight-state"', '/var/lib/flight state')).said,
    'not absolute',
  )
  assert.match(
    analyze(['verify', '--man=no'], unitText(parts()).replace('ProtectClock', 'ProtectClocks')).said,
    'Unknown key',
  )
})

whereSystemd('what systemd itself thinks of it: at most 1.7 of 10, and 1.9 with a privileged port', () => {
  for (const [port, threshold] of [
    [8180, '17'],
    [443, '19'],
  ] as const) {
    const { status, said } = analyze(
      ['security', '--offline=true', '--no-pager', `--threshold=${threshold}`],
      unitText(parts({ port })),
    )
    assert.is(
      status,
      0,
      said
        .split('\n')
        .filter((line) => !line.includes('✓'))
        .join('\n'),
    )
  }
})

test('a right is given for a port below 1024, and for no other', () => {
  assert.match(
    unitText(parts({ port: 443 })),
    /^CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE$/m,
  )
  assert.match(unitText(parts({ port: 1024 })), /^CapabilityBoundingSet=\nAmbientCapabilities=$/m)
  assert.not.match(unitText(parts()), 'CAP_')
})

test('what it runs, where, with which node, and what it may write', () => {
  const unit = unitText(parts({ bin: '/usr/local/bin/flight', node: '/opt/node/bin/node', user: 'deploy' }))
  assert.match(unit, /^ExecStart=:"\/usr\/local\/bin\/flight" serve --definitions "\/srv\/infra"$/m)
  assert.match(unit, /^Environment="PATH=\/opt\/node\/bin:\/usr\/local\/bin:\/usr\/bin:\/bin"$/m)
  assert.equal(unit.match(/^ReadWritePaths=.*$/gm), ['ReadWritePaths="/var/lib/flight-state"'])
  assert.equal(unit.match(/^User=.*$/gm), ['User=deploy'])
  assert.not.match(unit, /^MemoryDenyWriteExecute/m)
  assert.equal(
    unit.split('\n').filter((line) => line.length > 150),
    [],
  )
})

test('what a unit cannot hold is refused', () => {
  const bad: Partial<UnitParts>[] = [
    { definitions: '/srv/a\nExecStartPre=/bin/sh' },
    { state: '/srv/a\r' },
    { bin: '/srv/a\u0000' },
    { node: '/opt/a\nb/node' },
    { bin: '/srv/a"b/flight' },
    { bin: '/srv/a\\b/flight' },
    { user: 'a b' },
    { user: 'root\nUser=x' },
    { user: '' },
    { user: '%i' },
  ]
  for (const part of bad) {
    try {
      unitText(parts(part))
      assert.unreachable(JSON.stringify(part))
    } catch (error) {
      assert.instance(error, FlightError, JSON.stringify(part))
      assert.is((error as FlightError).exit, 5)
    }
  }
})

test("a user's home is what /etc/passwd says, or will say", async () => {
  const passwd = join(folder, 'passwd')
  writeFileSync(passwd, 'root:x:0:0:root:/root:/bin/sh\nflight:x:1:1::/srv/flight home:/bin/sh\n')
  assert.is(await homeOf('flight', passwd), '/srv/flight home')
  assert.is(await homeOf('other', passwd), '/home/other')
})

test.run()
