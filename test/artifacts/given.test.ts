import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, lstatSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { make, refused, repository, requestFor, temporary, unpacked } from './repository.ts'

const shop = repository()
shop.commit('First', { a: '1' })

const python = (script: string) => {
  const file = join(temporary(), 'given.tar.gz')
  execFileSync('python3', [
    '-c',
    `import tarfile, io, sys\nt = tarfile.open(sys.argv[1], 'w:gz', format=tarfile.PAX_FORMAT)\ndef add(name, ` +
      `type=tarfile.REGTYPE, link='', data=b'', mode=0o644):\n    i = tarfile.TarInfo(name); i.type = type; ` +
      `i.linkname = ` +
      `link; i.size = len(data); i.mode = mode\n    t.addfile(i, io.BytesIO(data))\n${script}\nt.close()`,
    file,
  ])
  return file
}
const take = (given: string) => make(requestFor(shop.path, { given }))

const hostile: Readonly<Record<string, readonly [string, RegExp]>> = {
  'an absolute path': ["add('/etc/cron.d/x')", /"\/etc\/cron\.d\/x" is absolute/],
  'a path that leads out': ["add('a/../../x')", /leads out of the folder/],
  'a device': ["add('null', tarfile.CHRTYPE)", /"null" is a device/],
  'a pipe': ["add('pipe', tarfile.FIFOTYPE)", /"pipe" is a pipe/],
  'a hard link out': ["add('x', tarfile.LNKTYPE, '/etc/shadow')", /hard link to "\/etc\/shadow"/],
  'a hard link up': ["add('x', tarfile.LNKTYPE, '../../x')", /hard link to/],
  'a path through a link': [
    "add('x', tarfile.SYMTYPE, '/etc'); add('x/passwd', data=b'1')",
    /"x\/passwd" goes through "x"/,
  ],
  'a link in place of a folder': ["add('x/y', data=b'1'); add('x', tarfile.SYMTYPE, '/etc')", /"x" is there twice/],
  'a name twice': ["add('x', data=b'1'); add('x', data=b'2')", /"x" is there twice/],
  'a NUL in a pax name': [
    "t.pax_headers = {}; i = tarfile.TarInfo('x'); i.pax_headers = {'path': 'a\\0b'}; t.addfile(i)",
    /holds a NUL byte/,
  ],
}
for (const [name, [script, expected]] of Object.entries(hostile)) {
  test(`an archive with ${name} is refused`, async () => {
    const said = await refused(take(python(script)))
    assert.match(said, /^FLIGHT_ARTIFACT /)
    assert.match(said, expected)
  })
}

test('an archive that tar made is taken, and written anew without owners and odd modes', async () => {
  const file = python(
    `add('./'.rstrip('/'), tarfile.DIRTYPE)\nadd('./bin', tarfile.DIRTYPE)\nadd('./bin/run', data=b'x', ` +
      `mode=0o6777)\nadd('./${'l'.repeat(150)}', data=b'y' * 700)\nadd('./same', tarfile.LNKTYPE, ` +
      `'./bin/run')\nadd('./up', tarfile.SYMTYPE, '../x')\nadd('composer.lock', data=b'{}')`,
  )
  const { artifact } = await take(file)
  const folder = unpacked(artifact.file)
  assert.equal(readdirSync(folder).sort(), ['bin', 'composer.lock', 'l'.repeat(150), 'same', 'up'])
  assert.is(lstatSync(join(folder, 'bin/run')).mode & 0o7777, 0o755)
  assert.is(readFileSync(join(folder, 'same'), 'utf8'), 'x')
  assert.ok(artifact.composerLock)
  assert.is(artifact.warnings.length, 1)
  assert.is((await take(file)).artifact.sha256, artifact.sha256)
})

test('what is no archive, is cut off, or is not there is refused by name', async () => {
  const file = join(temporary(), 'x')
  assert.match(await refused(take(file)), /FLIGHT_ARTIFACT does not exist/)
  writeFileSync(file, 'no gzip')
  assert.match(await refused(take(file)), /is no gzip file, or it is cut off/)
  writeFileSync(file, gzipSync(Buffer.alloc(5000, 1)))
  assert.match(await refused(take(file)), /wrong sum/)
  writeFileSync(file, gzipSync(Buffer.alloc(100)))
  assert.match(await refused(take(file)), /cut off/)
  const whole = python("add('x', data=b'1' * 100000)")
  truncateSync(whole, 100)
  assert.match(await refused(take(whole)), /cut off/)
  assert.match(await refused(take('/dev/zero')), /is no file/)
})

test.run()
