import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ciphertextOf, lastPull, notePull } from '../../src/operations/environment/pulled.ts'
import { parseEnvironment } from '../../src/environment/parse.ts'
import { folderWith } from '../cli/flight-process.ts'

const pull = (ciphertext: string | null) => ({
  app: 'shop',
  file: '/x/.env.shop',
  server: 'web-1',
  ciphertext,
  environment: parseEnvironment(Buffer.from('A=1')),
})
const age = Buffer.from('age-encryption.org/v1\n-> ssh-ed25519 x\n')

test('of an encrypted file its digest is noted, of a plain one none', async () => {
  assert.is(ciphertextOf(Buffer.from('A=1')), null)
  assert.match(ciphertextOf(age) ?? '', /^[0-9a-f]{64}$/)
  assert.is.not(ciphertextOf(age), ciphertextOf(Buffer.concat([age, age])))
  const state = folderWith({})
  for (const ciphertext of [ciphertextOf(age), null]) {
    await notePull(state, pull(ciphertext))
    assert.is((await lastPull(state, pull(null)))?.ciphertext, ciphertext)
  }
})

test('what was noted before files could be encrypted still counts', async () => {
  const state = folderWith({})
  await notePull(state, pull(ciphertextOf(age)))
  const file = join(state, 'environments', readdirSync(join(state, 'environments'))[0] as string)
  const { ciphertext: _, ...old } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  writeFileSync(file, JSON.stringify(old))
  const read = await lastPull(state, pull(null))
  assert.equal([read?.server, read?.ciphertext], ['web-1', null])
})

test.run()
