import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findCommit } from '../../src/artifacts/make-artifact.ts'
import { make, refused, repository, requestFor } from './repository.ts'

const shop = repository()
const first = shop.commit('First', { 'a.txt': '1' })
shop.git('tag', 'v1')
const second = shop.commit('Second\u001b[31m red', { 'a.txt': '2' })
shop.git('tag', '-a', 'v2', '-m', 'annotated')
shop.git('tag', '-a', 'v2-again', '-m', 'a tag of a tag', 'v2')
shop.git('tag', 'a-tree', 'HEAD^{tree}')
shop.git('checkout', '-q', '-b', 'feature/x', 'v1')
const feature = shop.commit('Feature', { 'b.txt': '3' })
shop.git('branch', 'same', 'v1')
shop.git('tag', 'same', feature)
const lost = shop.commit('Lost', { 'c.txt': '4' })
shop.git('update-ref', 'refs/pull/7/head', lost)
shop.git('reset', '-q', '--hard', feature)
shop.git('checkout', '-q', 'main')

const request = requestFor(shop.path)
const find = (commit: string, releaseFrom: readonly string[] = []) =>
  findCommit({ ...request, commit, releaseFrom }, { signal: new AbortController().signal, tell: () => undefined })

for (const [written, commit] of [
  ['main', second],
  ['feature/x', feature],
  ['v1', first],
  ['v2', second],
  ['v2-again', second],
  [first, first],
  [first.toUpperCase(), first],
  [second.slice(0, 9), second],
  ['refs/heads/same', first],
  ['refs/tags/same', feature],
] as const) {
  test(
    `${written.length > 20 ? 'a full SHA' : written === second.slice(0, 9) ? 'a short SHA' : written} names its ` +
      `commit`,
    async () => {
      assert.is((await find(written)).commit, commit)
    },
  )
}

test('a commit is described on one clean line, with its tree, its author and its time in UTC', async () => {
  const found = await find('v2')
  assert.equal(found, {
    commit: second,
    tree: shop.git('rev-parse', 'v2^{tree}'),
    subject: 'Second red',
    author: 'Ada',
    committedAt: '2026-01-02T03:04:05.000Z',
    ref: 'refs/tags/v2',
  })
})

test("a pull request's commit is not in the repository, whether by SHA or by ref", async () => {
  assert.match(await refused(find(lost)), /^FLIGHT_COMMIT there is no commit [0-9a-f]{40}/)
  assert.match(await refused(find('refs/pull/7/head')), /FLIGHT_COMMIT has no branch or tag/)
})

test('a commit that has left every branch is refused, although the mirror still has it', async () => {
  shop.git('checkout', '-q', '-b', 'gone')
  const gone = shop.commit('Gone', { 'd.txt': '5' })
  await find(gone)
  shop.git('checkout', '-q', 'main')
  shop.git('branch', '-q', '-D', 'gone')
  assert.match(await refused(find(gone)), /is on no branch or tag/)
  assert.match(await refused(find(gone.slice(0, 10))), /is on no branch or tag/)
})

test('a commit must be on a branch of release_from', async () => {
  assert.is((await find(first, ['main'])).ref, 'refs/heads/main')
  assert.match(await refused(find('feature/x', ['main'])), /feature\/x is not on main.*it is on feature\/x/)
  assert.match(
    await refused(find('main', ['production'])),
    /release_from names production, and the repository has no such branch/,
  )
})

test('what names two things is refused, with both', async () => {
  assert.match(await refused(find('same')), /ambiguous: refs\/heads\/same \(.*refs\/tags\/same/)
})

test('two commits that begin alike are refused, with their subjects', async () => {
  shop.git('branch', first.slice(0, 7), second)
  assert.match(await refused(find(first.slice(0, 7))), /is ambiguous: .*First/)
  shop.git('branch', '-D', first.slice(0, 7))
})

test('a tag of a tree is no commit', async () => {
  assert.match(await refused(find('a-tree')), /is no commit: it names a tree/)
})

for (const hostile of [
  'HEAD',
  'main~1',
  'main^{/First}',
  '@{-1}',
  '--upload-pack=touch /tmp/x',
  '-n',
  ':/First',
  '',
  'v1..v2',
  'a\nb',
  first.slice(0, 5),
  '0'.repeat(40),
  'f'.repeat(12),
]) {
  test(`${JSON.stringify(hostile)} is refused by name`, async () => {
    assert.match(await refused(find(hostile)), /^FLIGHT_COMMIT /)
  })
}

test('a subdirectory that the commit does not have is refused', async () => {
  assert.match(await refused(make({ ...request, subdirectory: 'backend' })), /FLIGHT_COMMIT has no folder backend/)
  assert.match(await refused(make({ ...request, subdirectory: 'a.txt' })), /is no folder/)
})

test.run()
