import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { anchors, links, page, pages, quotedIn, root } from './pages.ts'

const OURS =
  /^(src|test|schemas|templates|docs|plans|build|bin|quickstart|bench)\/[\w./-]+$|^(package\.json|tsconfig\.json|knip\.json)$/

// Hosts that the pages may name: examples, this machine itself, and what the product deals with.
const HOSTS =
  /(^|\.)(127\.0\.0\.1|example\.(com|org|net)|deb\.debian\.org|packages\.sury\.org|getcomposer\.org|github\.com|semver\.org|rfc-editor\.org|www\.rfc-editor\.org)$/

test('every relative link leads to a page, and to a heading where it names one', () => {
  const broken = pages().flatMap((from) =>
    links(from)
      .filter(
        ({ target, anchor }) =>
          !existsSync(join(root, target)) || (anchor !== undefined && !anchors(page(target)).includes(anchor)),
      )
      .map(({ target, anchor }) => `${from.path}: ${target}${anchor === undefined ? '' : `#${anchor}`}`),
  )
  assert.equal(broken, [])
})

test('every file of the code that a page names is there', () => {
  const gone = pages().flatMap((each) =>
    quotedIn(each)
      .filter((quoted) => OURS.test(quoted) && !existsSync(join(root, quoted)))
      .map((quoted) => `${each.path}: ${quoted}`),
  )
  assert.equal(gone, [])
})

test('every decision is in the list of decisions', () => {
  const listed = links(page('docs/decisions/README.md')).map(({ target }) => target)
  const all = pages()
    .map(({ path }) => path)
    .filter((path) => /^docs\/decisions\/\d{4}-/.test(path))
  assert.equal(listed, all)
  for (const [index, path] of all.entries()) {
    const { text } = page(path)
    assert.ok(path.startsWith(`docs/decisions/${String(index + 1).padStart(4, '0')}-`), path)
    assert.match(text, new RegExp(`^# ${index + 1}\\. `), path)
    for (const part of ['Context', 'Choice', 'Costs']) assert.match(text, `**${part}.**`, `${path}: ${part}`)
  }
})

test('every npm script that a page names is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = pages().flatMap(({ path, text }) =>
    [...text.matchAll(/npm run ([a-z]+)/g)].map(([, name = '']) => ({ path, name })),
  )
  assert.ok(named.length > 0)
  assert.equal(
    named.filter(({ name }) => scripts[name] === undefined),
    [],
  )
})

test('the pages name no folder of a particular machine, and no host that is not for everybody', () => {
  const wrong = pages().flatMap(({ path, text }) => [
    ...[...text.matchAll(/(?<![\w.~*{}/-])\/(work|root|tmp|mnt|Users|home(?!\/(?:shop|blog|APP)\b))\/[\w.-]+/g)].map(
      ([found]) => `${path}: ${found}`,
    ),
    ...[...text.matchAll(/https?:\/\/([\w.-]+)/g)]
      .filter(([, host = '']) => !HOSTS.test(host))
      .map(([found]) => `${path}: ${found}`),
  ])
  assert.equal(wrong, [])
})

test('the README can be read in one go', () => {
  const words = page('README.md').text.split(/\s+/).length
  assert.ok(words < 3520, `it has ${words} words, fewer than 3520 are allowed: move something to docs/`)
})

test.run()
