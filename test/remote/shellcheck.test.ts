import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { followShell, startShell } from '../../src/engine/host/long-step.ts'
import { FACT_SORTS } from '../../src/facts/sorts.ts'
import type { FactSort } from '../../src/facts/fact.ts'
import type { FactName } from '../../src/model/fact.ts'
import { PROGRAM_NAMES } from '../../src/shell/program-names.ts'
import { stepShell } from '../../src/steps/sorts.ts'
import { someQueries } from '../facts/queries.ts'
import { someSteps } from '../steps/some-steps.ts'

const HOSTILE = `/x'"; $(reboot) \`reboot\` #`

const folder = fileURLToPath(new URL('../../src/remote/', import.meta.url))
const files = readdirSync(folder)
  .filter((file) => /\.(sh|awk)$/.test(file))
  .sort()
const programs = files.filter((file) => file.endsWith('.sh'))
const text = (file: string) => readFileSync(join(folder, file), 'utf8')

// What shellcheck finds in files of one folder; a name of its own for each says which.
function findings(of: string, names: readonly string[], ...options: string[]): string {
  const { stdout, stderr, error } = spawnSync('shellcheck', ['--format=gcc', ...options, ...names], {
    cwd: of,
    encoding: 'utf8',
  })
  if (error !== undefined) throw error
  return stderr + stdout
}

// The same of scripts as they go to a server. Style is judged in the files: here `sh ./x.sh` is a text in quotes
// already, and shellcheck asks whether its variables were meant to be another shell's.
function renderedFindings(scripts: ReadonlyMap<string, string>): string {
  const place = mkdtempSync(join(tmpdir(), 'flight-shellcheck-'))
  try {
    for (const [name, script] of scripts) writeFileSync(join(place, name), `# shellcheck shell=sh\n${script}\n`)
    return findings(place, [...scripts.keys()], '--severity=warning')
  } finally {
    rmSync(place, { recursive: true })
  }
}

test('shellcheck has nothing to say about the programs that run on servers', () => {
  assert.is(findings(folder, programs), '')
})

test('a rule is switched off for one line at a time, with the reason in the line above', () => {
  for (const file of programs) {
    const lines = text(file).split('\n')
    lines.forEach((line, index) => {
      if (!line.includes('shellcheck disable')) return
      assert.match(lines[index - 1] ?? '', /^ *# [A-Z].*\.$/, `${file}:${index + 1}`)
      assert.ok(
        lines.slice(2, index).some((each) => /^[^#]/.test(each)),
        `${file}:${index + 1} holds for the whole file`,
      )
    })
  }
})

test('every program is for sh and says in a line what it does', () => {
  for (const file of programs) assert.match(text(file), /^# shellcheck shell=sh\n# \S/, file)
  for (const file of files.filter((each) => !programs.includes(each))) assert.match(text(file), /^# \S/, file)
})

test('every program that is named is there, and every one that is there is named', () => {
  const named = files.flatMap((file) =>
    [...text(file).matchAll(/ \.\/([a-z0-9-]+\.(?:sh|awk))\b/g)].map((match) => match[1] as string),
  )
  assert.equal([...new Set([...named, ...PROGRAM_NAMES.map((name) => `${name}.sh`)])].sort(), files)
})

test('nothing in a program depends on its indentation or on a line that looks like a comment', () => {
  for (const file of programs) {
    assert.not.match(text(file), /<<-?['"\\A-Z]/, `${file} has a here-document`)
    assert.not.match(text(file), /\\\n\s*#/, `${file} has a comment in a line that goes on`)
  }
})

test('shellcheck has nothing to say about what asks for facts, whatever their names', () => {
  const scripts = new Map(
    ['/etc/a', HOSTILE].flatMap((name, index) =>
      (Object.keys(FACT_SORTS) as FactName[]).flatMap((sort) => {
        const queries = someQueries(name).filter(({ fact }) => fact === sort)
        if (queries.length === 0) return []
        return [[`${sort}-${index}`, (FACT_SORTS[sort] as FactSort<FactName>).shell(queries)] as const]
      }),
    ),
  )
  assert.is(renderedFindings(scripts), '')
})

test('shellcheck has nothing to say about what steps do, whatever is in them', () => {
  const place = { plan: `sha256:${'a'.repeat(64)}` }
  const run = { unit: 'flight-x', folder: '/var/lib/flight/run/flight-x' }
  const scripts = new Map<string, string>(
    ['it', HOSTILE].flatMap((name, index) =>
      someSteps(name).map((step, at) => [`${step.step}-${at}-${index}`, stepShell(step, place).text] as const),
    ),
  )
  scripts.set('start', startShell(run, { script: HOSTILE, token: 'a', once: true, before: HOSTILE }))
  scripts.set('follow', followShell(run))
  assert.is(renderedFindings(scripts), '')
})

test.run()
