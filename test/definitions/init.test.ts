import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writeInitialDefinitions } from '../../src/definitions/init.ts'
import { packageRoot } from '../../src/model/package-root.ts'
import { FlightError } from '../../src/model/errors.ts'
import { CLUSTER, inFolder, said } from './folder.ts'

test('what init writes is valid and wise', async () => {
  await inFolder({}, async (root) => {
    const { written, kept } = await writeInitialDefinitions(join(root, 'new/folder'))
    assert.equal(kept, [])
    assert.ok(
      written.includes('.gitignore') && written.includes('plans/.gitkeep') && written.includes('.gitlab-ci.yml'),
    )
    assert.ok(written.includes('examples/release-github.yml') && written.includes('examples/release-gitlab.yml'))
    const { problems, warnings, loaded } = await said(join(root, 'new/folder'))
    assert.equal([...problems, ...warnings], [])
    assert.equal(
      loaded?.definitions.apps.map(({ name }) => name),
      ['shop'],
    )
    assert.equal(
      loaded?.definitions.clusters[0]?.servers.map(({ webServer }) => webServer),
      [true, false],
    )
  })
})

test('every definition names a schema that lies where it says', async () => {
  await inFolder({}, async (root) => {
    const { written } = await writeInitialDefinitions(root)
    for (const file of written.filter((name) => /^(?:flight\.yml|(?:apps|clusters)\/[^_])/.test(name))) {
      const [, schema] =
        /^# yaml-language-server: \$schema=(\S+)\n/.exec(await readFile(join(root, file), 'utf8')) ?? []
      assert.type(schema, 'string', file)
      JSON.parse(await readFile(join(root, file, '..', schema as string), 'utf8'))
    }
  })
})

test('environment files are ignored, workflows are YAML', async () => {
  await inFolder({}, async (root) => {
    await writeInitialDefinitions(root)
    assert.match(await readFile(join(root, '.gitignore'), 'utf8'), /^\.env\*$/m)
    for (const file of ['.github/workflows/flight.yml', '.gitlab-ci.yml']) {
      const text = await readFile(join(root, file), 'utf8')
      load(text)
      assert.match(text, /flight validate/)
      assert.match(text, /flight plan/)
      assert.not.match(text, /flight apply/)
    }
  })
})

test('a file that exists is kept, and named', async () => {
  await inFolder({ 'flight.yml': 'parallel: 3\n', '.gitignore': 'x\n' }, async (root) => {
    const { written, kept } = await writeInitialDefinitions(root)
    assert.equal(kept, ['.gitignore', 'flight.yml'])
    assert.is(await readFile(join(root, 'flight.yml'), 'utf8'), 'parallel: 3\n')
    assert.ok(written.includes('clusters/staging.yml'))
    assert.equal((await writeInitialDefinitions(root)).written, [])
  })
})

test('a folder that has definitions gets no examples', async () => {
  await inFolder({ 'clusters/production.yml': CLUSTER }, async (root) => {
    await writeInitialDefinitions(root)
    assert.equal(await readdir(join(root, 'clusters')), ['production.yml'])
    assert.equal((await said(root)).problems, [])
  })
})

test('a folder that cannot be written is said', async () => {
  await inFolder({ file: '' }, async (root) => {
    const error = await writeInitialDefinitions(join(root, 'file')).catch((thrown: unknown) => thrown)
    assert.instance(error, FlightError)
    assert.is((error as FlightError).exit, 5)
  })
})

test('the package is found from a chunk of the bundle as well', async () => {
  const checkout = packageRoot()
  assert.is(packageRoot(new URL(`file://${checkout}/dist/chunks/init-ABC.js`).href), checkout)
  await inFolder(
    { 'node_modules/flight/package.json': '{"name":"flight"}', 'package.json': '{"name":"site"}' },
    async (root) => {
      await writeFile(join(root, 'x'), '')
      assert.is(packageRoot(`file://${root}/node_modules/flight/dist/chunks/a.js`), join(root, 'node_modules/flight'))
    },
  )
})

test.run()
