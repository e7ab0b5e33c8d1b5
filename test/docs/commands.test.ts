import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { COMMANDS } from '../../src/cli/commands.ts'
import { everywhere } from '../../src/cli/everywhere/flags.ts'
import { blocks, page, pages, quotedIn } from './pages.ts'

type FlagShape = { type: string; char?: string | undefined; options?: readonly string[] | undefined }
type CommandShape = {
  hidden?: boolean
  args?: Record<string, { required?: boolean }>
  flags?: Record<string, FlagShape>
}
const commands: Readonly<Record<string, CommandShape>> = COMMANDS

// Why a command line would not be understood; undefined when it
// would. `whole`: as somebody types it, so nothing may be missing.
function mistakeIn(line: string, whole: boolean): string | undefined {
  const [name = '', ...words] = line.split(/\s+/).filter((word) => word !== '')
  if (/^[A-Z]+$/.test(name) || name.startsWith('--')) return undefined
  const command = commands[name]
  if (command === undefined) return `there is no command ${name}`
  const known: Readonly<Record<string, FlagShape>> = {
    ...(everywhere as unknown as Record<string, FlagShape>),
    ...command.flags,
  }
  let args = 0
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string
    if (!word.startsWith('-') || word === '-') {
      args += 1
      continue
    }
    const [flag = '', joined] = word.replace(/^--/, '').split('=')
    const found = word.startsWith('--') ? known[flag] : Object.values(known).find(({ char }) => char === word.slice(1))
    if (flag === 'help') continue
    if (found === undefined) return `${name} has no flag ${word}`
    if (found.type !== 'option') continue
    const value = joined ?? words[++index]
    if (value === undefined && whole) return `${word} lacks a value`
    if (found.options !== undefined && value !== undefined && !found.options.includes(value))
      return `${word} does not take ${value}`
  }
  const wanted = Object.values(command.args ?? {})
  if (args > wanted.length) return `${name} takes ${wanted.length} arguments, not ${args}`
  if (whole && args < wanted.filter(({ required }) => required).length && !words.includes('--help'))
    return `${name} lacks an argument`
  return undefined
}

test('every flight command line in the pages is understood', () => {
  const wrong: string[] = []
  let seen = 0
  for (const each of pages()) {
    const typed = blocks(each).flatMap(({ language, code }) =>
      code.split('\n').flatMap((line) => {
        const found =
          language === 'text' ? /^\s*flight (.*)$/.exec(line) : /(?:^\s*|\$\()(?:bin\/)?flight ([^#>)]*)/.exec(line)
        return found?.[1] === undefined ? [] : [{ line: found[1], whole: true }]
      }),
    )
    const mentioned = quotedIn(each).flatMap((quoted) =>
      /^flight \S/.test(quoted) ? [{ line: quoted.slice('flight '.length), whole: false }] : [],
    )
    for (const { line, whole } of [...typed, ...mentioned]) {
      seen += 1
      const mistake = mistakeIn(line, whole)
      if (mistake !== undefined) wrong.push(`${each.path}: flight ${line}: ${mistake}`)
    }
  }
  assert.ok(seen > 30, `only ${seen} command lines were found`)
  assert.equal(wrong, [])
})

test('the README names every command, and no other', () => {
  const list = /Commands today: ([\s\S]*?)\. Each has/.exec(page('README.md').text)?.[1] ?? ''
  const named = [...list.matchAll(/`flight ([a-z:]+)`/g)].map(([, name]) => name).sort()
  const all = Object.entries(commands)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name]) => name)
  assert.equal(named, all.sort())
})

test('a mistake in a command line would be noticed', () => {
  assert.match(mistakeIn('plna', true) ?? '', /no command/)
  assert.match(mistakeIn('plan --clutser staging', true) ?? '', /no flag/)
  assert.match(mistakeIn('apply', true) ?? '', /lacks an argument/)
  assert.match(mistakeIn('status here', true) ?? '', /takes 0/)
  assert.is(mistakeIn('plan --cluster staging --out plans/staging.json -v', true), undefined)
})

test.run()
