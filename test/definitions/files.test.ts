import { execFileSync } from 'node:child_process'
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { APP, CLUSTER, inFolder, said } from './folder.ts'

const small = { 'clusters/staging.yml': CLUSTER, 'apps/shop.yml': `${APP}servers: [ { name: work-1 } ]\n` }

const cases: [string, (root: string) => Promise<void>, string[]][] = [
  [
    'a directory named like a definition',
    (root) => mkdir(join(root, 'apps/x.yml')).then(),
    ['apps/x.yml: must be a file, is a directory'],
  ],
  [
    'a link to nothing',
    (root) => symlink('nowhere.yml', join(root, 'apps/x.yml')),
    ['apps/x.yml: cannot be read: it links to a file that is not there'],
  ],
  [
    'a link to itself',
    (root) => symlink('x.yml', join(root, 'apps/x.yml')),
    ['apps/x.yml: cannot be read: its links go in circles'],
  ],
  [
    'a device',
    (root) => symlink('/dev/zero', join(root, 'apps/x.yml')),
    ['apps/x.yml: links out of the definitions (copy the file here instead of linking to it)'],
  ],
  [
    'a link to a file of somebody',
    (root) => symlink('/etc/passwd', join(root, 'apps/x.yml')),
    ['apps/x.yml: links out of the definitions (copy the file here instead of linking to it)'],
  ],
  [
    'a folder that is a link out',
    async (root) => {
      await rename(join(root, 'apps'), `${root}-apps`)
      await symlink(`${root}-apps`, join(root, 'apps'))
    },
    ['apps/shop.yml: links out of the definitions (copy the file here instead of linking to it)'],
  ],
  [
    'a link into a hidden folder',
    async (root) => {
      await mkdir(join(root, '.git'))
      await writeFile(join(root, '.git/config'), 'url = https://ada:secret@example.com\n')
      await symlink('../.git/config', join(root, 'apps/x.yml'))
    },
    ['apps/x.yml: lies in .git, where definitions are not read (copy the file here instead of linking to it)'],
  ],
  [
    'a settings file that is a link out',
    (root) => symlink('/etc/passwd', join(root, 'flight.yml')),
    ['flight.yml: links out of the definitions (copy the file here instead of linking to it)'],
  ],
  [
    'a password file',
    (root) => writeFile(join(root, 'apps/x.yml'), 'machine example.com login ada password secret\n'),
    ['apps/x.yml:1:1: must be a mapping, is text'],
  ],
  [
    'a named pipe that nobody writes to',
    async (root) => void execFileSync('mkfifo', [join(root, 'apps/x.yml')]),
    ['apps/x.yml: must be a file, is something else'],
  ],
  [
    'a link to a definition elsewhere',
    async (root) => {
      await rename(join(root, 'apps/shop.yml'), join(root, 'real.yml'))
      await symlink('../real.yml', join(root, 'apps/shop.yml'))
    },
    [],
  ],
  ['hidden files and other endings', (root) => symlink('nowhere', join(root, 'apps/.shop.yml.swp')), []],
]

for (const [title, prepare, expected] of cases) {
  test(`${title}: ${expected.length === 0 ? 'fine' : 'refused'}`, async () => {
    const { problems } = await inFolder(small, async (root) => {
      await prepare(root)
      return said(root)
    })
    assert.equal(problems, expected)
  })
}

test('a file that a definition names may not be a link out of the folder', async () => {
  const app = `${APP}nginx: { basic_auth: htpasswd, include: own.conf }\nservers: [ { name: work-1 } ]\n`
  const { problems } = await inFolder({ ...small, 'apps/shop.yml': app, 'shared/own.conf': '' }, async (root) => {
    await symlink('/etc/passwd', join(root, 'apps/htpasswd'))
    await symlink('../shared/own.conf', join(root, 'apps/own.conf'))
    return said(root)
  })
  assert.equal(problems, [
    'apps/shop.yml:4:22 nginx.basic_auth: apps/htpasswd links out of the definitions (the path is relative to apps/)',
  ])
})

const withFiles = {
  ...small,
  'apps/shop.yml': `${APP}nginx: { basic_auth: htpasswd, include: nginx/own.conf }\nservers: [ { name: work-1 } ]\n`,
}

test('what the files beside a definition say is part of it', async () => {
  const { problems, loaded } = await inFolder(
    {
      ...withFiles,
      'apps/htpasswd': '# people\n\nada:$2y$05$abc/def.\nbob:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=\n',
      'apps/nginx/own.conf': 'add_header X-A b;\n',
    },
    said,
  )
  assert.equal(problems, [])
  assert.equal(loaded?.definitions.apps[0]?.nginx.include, {
    file: 'apps/nginx/own.conf',
    content: 'add_header X-A b;\n',
  })
  assert.is(loaded?.definitions.apps[0]?.nginx.basicAuth?.file, 'apps/htpasswd')
  assert.match(loaded?.definitions.apps[0]?.nginx.basicAuth?.content ?? '', /^# people\n\nada:/)
})

test('a file beside a definition is text of at most 256 KB', async () => {
  const htpasswd = 'ada:$2y$05$abc/def.\n'
  const cases: [Record<string, string | Uint8Array>, string][] = [
    [
      { 'apps/htpasswd': htpasswd, 'apps/nginx/own.conf': 'a'.repeat(262_145) },
      'apps/shop.yml:4:41 nginx.include: apps/nginx/own.conf must be at most 262144 bytes long, is 262145 (it ' +
        'becomes part of every plan: keep it short)',
    ],
    [
      { 'apps/htpasswd': htpasswd, 'apps/nginx/own.conf': 'a\0b' },
      'apps/shop.yml:4:41 nginx.include: apps/nginx/own.conf must be text, holds a NUL byte (save it as UTF-8)',
    ],
    [
      { 'apps/htpasswd': htpasswd, 'apps/nginx/own.conf': Buffer.from('a\n\xff', 'latin1') },
      'apps/shop.yml:4:41 nginx.include: apps/nginx/own.conf must be UTF-8 text, is not in line 2 (save it as UTF-8)',
    ],
    [
      { 'apps/htpasswd': htpasswd, 'apps/nginx/own.conf/x': '' },
      'apps/shop.yml:4:41 nginx.include: apps/nginx/own.conf is no file (the path is relative to apps/)',
    ],
  ]
  for (const [files, expected] of cases)
    assert.equal((await inFolder({ ...withFiles, ...files }, said)).problems, [expected])
})

test('a password file that nginx would misread is refused with its line, and never shown', async () => {
  const lines = [
    'ada:hunter2',
    'hunter2',
    'bob:{PLAIN}hunter2',
    'eve:$1$ab$hunter2\r',
    ':$1$ab$hunter2',
    'good:$6$ab$hunter2:a comment',
  ]
  const { problems } = await inFolder(
    { ...withFiles, 'apps/htpasswd': lines.join('\n'), 'apps/nginx/own.conf': '' },
    said,
  )
  const shape =
    'must be user:hash, or a comment that begins with # (htpasswd -nB USER (or openssl passwd -6) makes one)'
  assert.equal(problems, [
    `apps/htpasswd:1:1: ${shape}`,
    `apps/htpasswd:2:1: ${shape}`,
    `apps/htpasswd:3:1: ${shape}`,
    'apps/htpasswd:4:1: ends with a carriage return: nginx takes it as part of the password (save the file with ' +
      'line ends of Unix)',
    `apps/htpasswd:5:1: ${shape}`,
  ])
  assert.not.match(problems.join(), /hunter2/)
  const nobody = await inFolder({ ...withFiles, 'apps/htpasswd': '# nobody yet\n', 'apps/nginx/own.conf': '' }, said)
  assert.match(nobody.problems.join(), /^apps\/htpasswd: names nobody/)
})

test('what is no UTF-8 is refused with its line', async () => {
  const { problems } = await inFolder({ ...small, 'apps/x.yml': Buffer.from('repo: a\nphp: \xff\n', 'latin1') }, said)
  assert.equal(problems, ['apps/x.yml: must be UTF-8 text, is not in line 2 (save it as UTF-8)'])
})

test('a file is at most 1 MB long', async () => {
  const { problems } = await inFolder({ ...small, 'apps/x.yml': '#'.repeat(1_000_001) }, said)
  assert.equal(problems, ['apps/x.yml: must be at most 1000000 bytes long, is 1000001'])
})

test('a byte order mark is no part of the text', async () => {
  const { problems } = await inFolder({ ...small, 'flight.yml': '\ufeffparallel: 2\n' }, said)
  assert.equal(problems, [])
})

test('apps that is a file is refused', async () => {
  const { problems } = await inFolder({ 'clusters/staging.yml': CLUSTER, apps: '' }, said)
  assert.equal(problems, ['apps/: must be a directory'])
})

test('many mistakes in one file are cut short', async () => {
  const { problems } = await inFolder(
    { ...small, 'flight.yml': Array.from({ length: 5000 }, (_, i) => `k${i}: 1\n`).join('') },
    said,
  )
  assert.is(problems.length, 101)
  assert.ok(problems.some((line) => line.includes('and 4900 more mistakes')))
})

test.run()
