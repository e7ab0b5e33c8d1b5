import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import { openStore } from '../../../src/server/store/open-store.ts'
import { contract } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'flight-store-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

contract('a file', () => openStore(join(folder, String(++files), 'serve.db')))
contract('in memory', () => openStore(':memory:'))

test.run()
