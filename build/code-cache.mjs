import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './schemas.mjs'

// Runs a plan in a process of its own, against a server that refuses at once, and keeps what V8 compiled for it. Without
// the cache everything works, only slower: a build that cannot make it says so and goes on.
const PROGRAM = `
const { load } = require(process.argv[1])
const { writeFileSync } = require('node:fs')
const [folder, ...words] = process.argv.slice(2)
const { main, script } = load(folder)
process.stdout.write = process.stderr.write = () => true
main(words, folder).then(() => {
  writeFileSync(folder + '/dist/commands.cache', script.createCachedData())
  process.exit(0)
})`

// Writes FOLDER/dist/commands.cache, which bin/load.js reads.
export function writeCodeCache(folder) {
  const place = mkdtempSync(join(tmpdir(), 'flight-build-'))
  try {
    mkdirSync(join(place, 'clusters'))
    writeFileSync(
      join(place, 'clusters/build.yml'),
      'php: [ 8.2 ]\nssh: { port: 1, connect_timeout: 1 }\nservers: [ { name: web-1, host: 127.0.0.1, web_server: true } ]\n',
    )
    for (const name of ['schemas', 'templates']) cpSync(join(root, name), join(folder, name), { recursive: true })
    const words = ['plan', '--definitions', place, '--out', join(place, 'plan.json')]
    const made = spawnSync(process.execPath, ['-e', PROGRAM, join(root, 'bin/load.js'), folder, ...words], {
      encoding: 'utf8',
      timeout: 30_000,
      env: { PATH: process.env.PATH, HOME: place },
    })
    if (made.status !== 0)
      process.stderr.write(
        `no compiled code was kept (${made.error?.message ?? made.stderr.trim()}): flight starts a little slower\n`,
      )
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
