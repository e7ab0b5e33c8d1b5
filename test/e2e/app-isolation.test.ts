import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { quote, words } from '../../src/shell/quote.ts'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, configure, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { provisioned, web } from './fleet.ts'
import { get } from './load.ts'
import { promise } from './promise.ts'
import { asApp, goLive, underApp } from './release.ts'

// Two apps on one server, one of them in an attacker's hands: what the other has stays its own.

let at: Desk
let host: LabHost

const CURRENT = '/home/shop/shop/current'
const ENV = '/home/shop/shop/.flight/shared/.env'
const SOCKET = '/run/php/flight-shop-8.2.sock'

test.before(
  loud(async () => {
    ;[host] = await provisioned('web-1')
    at = await desk(web([host]))
    for (const name of ['shop', 'blog']) {
      await configure(at, name, app(name, [serves('web-1')]))
      await goLive(host, name, 'plain')
      await configure(at, name, app(name, [serves('web-1')]))
    }
  }),
)

// What one app's PHP says when it is asked for this path.
async function through(name: string, route: string, path: string): Promise<string> {
  const { status, body } = await get(host, {
    domain: `${name}.example.com`,
    path: `${route}?path=${encodeURIComponent(path)}`,
  })
  assert.is(status, 200, body)
  return body
}

const READ: [string, string, string][] = [
  ['the environment file', '/read', ENV],
  ['the code', '/read', `${CURRENT}/public/index.php`],
  ['a file that all of its own may read', '/read', `${CURRENT}/app/secret.php`],
  ['the home', '/list', '/home/shop'],
  ['the releases', '/list', '/home/shop/shop/releases'],
]

for (const [what, route, path] of READ) {
  promise(`${what} of an app is there for the app, and refused to another one's PHP`, async () => {
    assert.match(await through('shop', route, path), /^got ./, 'the app itself')
    assert.match(await through('blog', route, path), /^refused: .*Permission denied/)
  })
}

promise("an app's socket takes nobody but nginx", async () => {
  for (const name of ['shop', 'blog'])
    assert.match(await through(name, '/connect', SOCKET), /^refused: .*Permission denied/)
  assert.is(
    (
      await host.run(
        underApp(
          'blog',
          `REQUEST_METHOD=GET SCRIPT_FILENAME=${CURRENT}/public/index.php cgi-fcgi -bind -connect ${SOCKET}`,
        ),
      )
    ).stdout,
    '',
  )
})

promise("what OPcache holds of an app's code is not run for another, not listed and not thrown away", async () => {
  const secret = `${CURRENT}/app/secret.php`
  const real = (await host.must(`readlink -f ${quote(secret)}`)).trim()
  for (const path of [secret, real]) {
    for (const _ of [1, 2, 3])
      assert.match(await through('shop', '/run', path), /cached-secret/, 'the app itself, so that it is cached')
    const answer = await through('blog', '/run', path)
    assert.match(answer, /^refused: /)
    assert.not.match(answer, /cached-secret/)
  }
  for (const route of ['/opcache', '/opcache/reset']) {
    const answer = (await get(host, { domain: 'blog.example.com', path: route })).body
    assert.match(answer, /^refused: .*restrict/i)
    assert.not.match(answer, /home\/shop/)
  }
})

promise("as an app's user too, nothing of another is read, listed or written", async () => {
  const attempts = [
    words('cat', ENV),
    words('cat', `${CURRENT}/app/secret.php`),
    words('ls', '/home/shop'),
    words('touch', '/home/shop/shop/x'),
    words('ls', '/home/shop/shop/.flight/shared'),
  ]
  for (const attempt of attempts) {
    assert.is((await host.run(underApp('shop', attempt))).code, 0, `the app itself: ${attempt}`)
    const { code, stdout, stderr } = await host.run(underApp('blog', attempt))
    assert.is.not(code, 0, `${attempt}: ${stdout}`)
    assert.match(stderr, /Permission denied/)
    assert.is(stdout, '')
  }
})

promise('a link that an app puts into its public directory leads nginx to nothing of another', async () => {
  const place = '/home/blog/blog/current/public'
  const aims = { env: ENV, code: `${CURRENT}/app/secret.php`, style: `${CURRENT}/public/style.css`, folder: CURRENT }
  await asApp(
    host,
    'blog',
    Object.entries(aims)
      .map(([name, aim]) => `ln -s ${words(aim, `${place}/${name}.txt`)}`)
      .join('\n'),
  )
  for (const path of [
    '/env.txt',
    '/code.txt',
    '/style.txt',
    '/folder.txt/app/secret.php',
    '/folder.txt/public/style.css',
  ]) {
    const { status, body } = await get(host, { domain: 'blog.example.com', path })
    assert.ok(status === 403 || status === 404, `${path}: ${status} ${body}`)
    assert.not.match(body, /APP_KEY|cached-secret|body \{\}/)
  }
  // Its own links go on: that is how public/storage works.
  await asApp(
    host,
    'blog',
    `mkdir -p blog/.flight/shared/storage/app/public && echo mine >blog/.flight/shared/storage/app/public/own.txt ` +
      `&& ln -s ../storage/app/public ${quote(`${place}/storage`)}`,
  )
  assert.equal(await get(host, { domain: 'blog.example.com', path: '/storage/own.txt' }), {
    status: 200,
    body: 'mine\n',
  })
})

promise(
  'what lies beside the code is not served: dotfiles, other PHP files, what is outside of the public directory',
  async () => {
    await asApp(
      host,
      'shop',
      `cd shop/current/public && echo 'secret' >.env.backup && echo '<?php echo "ran";' >other.php`,
    )
    for (const path of [
      '/.env',
      '/.env.backup',
      '/.git/config',
      '/other.php',
      '/../.env',
      '/%2e%2e/.env',
      '/app/secret.php',
    ]) {
      const { status, body } = await get(host, { domain: 'shop.example.com', path })
      assert.ok(status >= 400 && status < 500, `${path}: ${status} ${body}`)
      assert.not.match(body, /secret|ran|APP_KEY/)
    }
  },
)

promise('each pool runs as its own user', async () => {
  for (const name of ['shop', 'blog'])
    assert.is((await get(host, { domain: `${name}.example.com`, path: '/whoami' })).body, `${name}\n`)
})

promise(
  'what an app puts where its folders were stops no plan of others: endless files, setgid folders, folders of root',
  async () => {
    const shared = '/home/blog/blog/.flight/shared/storage'
    await host.must(
      `${underApp('blog', `rm -rf ${shared}/logs && truncate -s 10T ${shared}/logs && chmod g+s ${shared}/app`)}; ` +
        `chown root:root ${shared}/framework/sessions`,
    )
    const { stdout } = await at.expect(2, 'plan', '--detailed-exitcode')
    assert.match(stdout, /storage\/logs is a file, a directory is wanted/)
    assert.match(
      stdout.replace(/\s+/g, ' '),
      /storage\/framework\/sessions belongs to root, not blog: give it to blog, or move it away/,
    )
    await configure(at, 'shop', app('shop', [serves('web-1', 3)]))
    await at.expect(0, 'app:configure', 'blog', '--yes')
    assert.is(await host.must(`stat -c %a ${shared}/app`), '755\n')
  },
)

test.run()
