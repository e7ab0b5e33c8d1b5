import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { inFolder, said } from '../definitions/folder.ts'
import { keyTable } from './key-tables.ts'
import { isKept } from '../support/kept-text.ts'
import { blocks, page, root } from './pages.ts'

const KEYS = /(<!-- keys of ([\w.]+) -->\n)[\s\S]*?(<!-- end -->)/g

test('docs/definitions.md lists every key of the schemas, with its default', () => {
  const { path, text: before } = page('docs/definitions.md')
  const wanted = before.replace(
    KEYS,
    (_, begin: string, name: string, end: string) => `${begin}${keyTable(name)}\n${end}`,
  )
  isKept(join(root, path), wanted)
  const { text } = page(path)
  const told = [...text.matchAll(KEYS)].map(([, , name]) => name)
  assert.equal(told, ['flight.json', 'cluster.json', 'phpSource', 'ssh', 'app.json'])
})

for (const path of ['README.md', 'docs/definitions.md']) {
  test(`the definitions in ${path} are valid together, and nothing about them is unwise`, async () => {
    const files = blocks(page(path))
      .filter(({ language }) => language === 'yaml')
      .map(({ code }) => [/^# (\S+\.yml)\n/.exec(code)?.[1] ?? '', code] as const)
    assert.ok(files.length >= 3)
    assert.equal(
      files.filter(([name]) => name === ''),
      [],
      'a definition begins with a comment that names its file',
    )
    await inFolder(Object.fromEntries(files), async (folder) => {
      const { problems, warnings } = await said(folder)
      assert.equal(problems, [])
      assert.equal(warnings, [])
    })
  })
}

test.run()
