import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { foreignFact } from '../../src/facts/foreign.ts'
import { quote } from '../../src/shell/quote.ts'
import { siteApp } from '../support/app-site.ts'
import { ofAll } from './drill-size.ts'
import { promise } from './promise.ts'
import {
  asApp,
  configure,
  curl,
  exitOf,
  release,
  siteHosts,
  status,
  SUITES,
  told,
  TLS,
  type Place,
} from './site-hosts.ts'

// Sites as they are compiled, on a real nginx (in the drills of each system
// that can be had here); a person's certificate, pool and port.

let places: Place[] = []

const PASSWORDS = { file: 'apps/htpasswd', content: 'ada:{PLAIN}secret\n' }
const INCLUDE = { file: 'apps/nginx/shop.conf', content: 'location = /by-hand {\n    return 418;\n}\n' }
const BALANCER = { realIp: ['127.0.0.2', '10.99.0.0/16', '2001:db8::/32'] }
const LONG = `${'a'.repeat(40)}.example.com`
const SOCKET_CLIENT =
  `$c = fsockopen('127.0.0.1', 80); fwrite($c, "GET /app/key HTTP/1.1\\r\\nHost: ` +
  `shop.example.com\\r\\nConnection: keep-alive, Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n"); echo fgets($c); ` +
  `while ` +
  `(rtrim(fgets($c)) !== ''); fwrite($c, "hello\\n"); echo fgets($c);`

promise('hosts with nginx and PHP are there', async () => {
  places = await siteHosts(ofAll(SUITES, 1))
})

promise('nginx takes every variant without a warning', async () => {
  for (const { host, system, php } of places) {
    const flags = [true, false]
    await configure({ host, system }, [
      siteApp({
        php,
        domains: Array.from(
          { length: 200 },
          (_, index) => `customer-${index}${index % 2 === 0 ? '' : LONG}.shops.example.com`,
        ),
      }),
    ])
    for (const tls of flags)
      for (const ipv6 of flags)
        for (const full of flags) {
          const domains = full
            ? ['shop.example.com', '*.shop.example.com', LONG, `*.${'b'.repeat(60)}.example.com`]
            : ['shop.example.com']
          const own = full
            ? {
                requestDuration: 7,
                requestPayload: 1,
                redirects: { 'www.example.com': 'shop.example.com', [`r${LONG}`]: 'shop.example.com' },
              }
            : {}
          const nginx = full
            ? { proxy: { '/app': 8080, '/x': 1, '/y/': 2 }, basicAuth: PASSWORDS, include: INCLUDE }
            : { proxy: { '/': 8080 } }
          const apps = [
            siteApp({ php, domains, ...own }, { ...nginx, tls: tls ? TLS : undefined }),
            siteApp({ php, name: 'other' }, { tls: TLS }),
          ]
          await configure({ host, system: { ...system, ipv6 } }, apps, full ? BALANCER : {})
        }
  }
})

promise('before the first release there is no error of nginx, but nothing to answer with', async () => {
  for (const { host, system, php } of places) {
    await configure({ host, system }, [siteApp({ php }), siteApp({ php, name: 'other' })])
    assert.equal(
      [await status(host, 'http://shop.example.com/'), await status(host, 'http://shop.example.com/v.txt')],
      ['503', '503'],
    )
    for (const app of ['shop', 'other']) await release(host, app, 'one')
  }
})

promise(
  'files are served, the front controller answers the rest, and nothing else of PHP and no dotfile can be reached',
  async () => {
    for (const { host } of places) {
      assert.is(await curl(host, 'http://shop.example.com/v.txt'), 'one\n')
      assert.is(
        await curl(host, 'http://shop.example.com/storage/u.txt'),
        'upload\n',
        'through the link to the shared folder',
      )
      assert.is(await curl(host, 'http://shop.example.com/.well-known/k.txt'), 'known\n')
      for (const path of [
        '/sub/x.php',
        '/sub/x.PHP',
        '/none.php',
        '/.env',
        '/storage/.x',
        '/.git/config',
        '/.well-known',
        '/sub/x.php%0a',
      ])
        assert.match(await curl(host, `-w '%{http_code}' http://shop.example.com${path}`), /404$/, path)
      for (const path of ['/', '/some/where?a=b', '/index.php', '/index.php/x'])
        assert.is((await told(host, `'http://shop.example.com${path}'`))['SCRIPT_NAME'], '/index.php', path)
      const { REQUEST_URI, QUERY_STRING, DOCUMENT_ROOT, SCRIPT_FILENAME } = await told(
        host,
        `'http://shop.example.com/some/where?a=b'`,
      )
      const root = '/home/shop/shop/releases/one/public'
      assert.equal(
        [REQUEST_URI, QUERY_STRING, DOCUMENT_ROOT, SCRIPT_FILENAME],
        ['/some/where?a=b', 'a=b', root, `${root}/index.php`],
      )
      assert.match(
        await curl(host, '-D- -o /dev/null http://shop.example.com/sub'),
        /\nlocation: \/sub\/\r/i,
        'a folder is redirected to without naming a scheme or port',
      )
      assert.is(await exitOf(host, 'http://nobody.example.com/'), 52, 'a name of nobody is refused')
    }
  },
)

promise('PHP is told the Host header with its port, and a Proxy header becomes nothing', async () => {
  for (const { host } of places) {
    const seen = await told(host, `-H 'Host: shop.example.com:8443' -H 'Proxy: evil:3128' http://shop.example.com/`)
    assert.equal(
      [seen['HTTP_HOST'], seen['SERVER_NAME'], seen['HTTP_PROXY'] ?? '', seen['REDIRECT_STATUS'], seen['HTTPS']],
      ['shop.example.com:8443', 'shop.example.com', '', '200', undefined],
    )
  }
})

promise('a switch of current is seen by the next request', async () => {
  for (const { host } of places) {
    for (const name of ['two', 'one', 'two', 'one']) {
      await release(host, 'shop', name)
      assert.is(await curl(host, 'http://shop.example.com/v.txt'), `${name}\n`)
      const seen = await told(host, 'http://shop.example.com/')
      assert.equal([seen['release'], seen['DOCUMENT_ROOT']], [name, `/home/shop/shop/releases/${name}/public`])
    }
  }
})

promise('no app reads the files of another, or of root, through nginx; links among its own files work', async () => {
  for (const { host } of places) {
    const read = async (path: string) => curl(host, `http://shop.example.com${path}`)
    const secret = '/home/other/other/secret/secret.txt'
    await host.must(`runuser -u www-data -- cat ${secret}`) // nginx itself could
    await asApp(
      host,
      'shop',
      `cd /home/shop/shop/releases/one/public; ln -s ${secret} file.txt; ln -s /home/other/other/secret folder; ln ` +
        `-s /home home; ln -s folder again; ln -s /etc/passwd passwd.txt; ln -s v.txt own.txt`,
    )
    for (const path of [
      '/file.txt',
      '/folder/secret.txt',
      '/home/other/other/secret/secret.txt',
      '/again/secret.txt',
      '/passwd.txt',
    ]) {
      const text = await read(path)
      assert.ok(!text.includes('other-secret') && !text.includes('root:'), path)
      assert.is(JSON.parse(text).REQUEST_URI, path, 'the app answers as if there were none')
    }
    assert.is(await read('/own.txt'), 'one\n')
    // The whole public folder, or the whole release, elsewhere.
    await asApp(host, 'shop', `cd /home/shop/shop/releases; mkdir evil; ln -s /home/other/other/secret evil/public`)
    await release(host, 'shop', 'evil')
    assert.is((await read('/secret.txt')).includes('other-secret'), false)
    await asApp(
      host,
      'shop',
      `cd /home/shop/shop && ln -s /home/other/other/releases/one current.new && mv -T current.new current`,
    )
    assert.is((await read('/v.txt')).includes('one'), false, 'current itself leads elsewhere')
    await asApp(host, 'shop', 'cd /home/shop && mv shop away && ln -s /home/other/other shop')
    assert.is((await read('/v.txt')).includes('one'), false, 'the whole app leads elsewhere')
    await asApp(host, 'shop', 'cd /home/shop && rm shop && mv away shop')
    await release(host, 'shop', 'one')
    assert.is(await read('/v.txt'), 'one\n')
  }
})

promise('what an administrator links is served when the link has the owner of what it leads to', async () => {
  for (const { host } of places) {
    await host.must(
      'chown shop /mnt/shop && echo mounted >/mnt/shop/m.txt && cd /home/shop/shop/releases/one/public && ln -s ' +
        '/mnt/media media && ln -s /mnt/shop mounted',
    )
    assert.is(await curl(host, 'http://shop.example.com/media/m.txt'), 'media\n')
    assert.is((await curl(host, 'http://shop.example.com/mounted/m.txt')).includes('mounted\n'), false)
    await host.must('chown -h shop /home/shop/shop/releases/one/public/mounted')
    assert.is(await curl(host, 'http://shop.example.com/mounted/m.txt'), 'mounted\n')
  }
})

promise('/app and what is below it goes to its port, websockets too; /apple does not', async () => {
  for (const { host, system, php } of places) {
    await configure({ host, system }, [siteApp({ php }, { proxy: { '/app': 8080 } })], BALANCER)
    for (const path of ['/app', '/app/', '/app/a.php?x=y', '/app/.hidden'])
      assert.match(await curl(host, `'http://shop.example.com${path}'`), `GET ${path} HTTP/1.1`)
    assert.is((await told(host, 'http://shop.example.com/apple'))['REQUEST_URI'], '/apple')
    assert.is(await host.must(`php -r ${quote(SOCKET_CLIENT)}`), 'HTTP/1.1 101 Switching Protocols\r\necho hello\n')
    const head = (args: string) =>
      curl(
        host,
        `-H 'Host: shop.example.com:81' -H 'X-Forwarded-For: 6.6.6.6' -H 'X-Forwarded-Proto: https' ${args} ` +
          `http://shop.example.com/app`,
      )
    for (const line of ['Host: shop.example.com:81', 'X-Forwarded-For: 127.0.0.1', 'X-Forwarded-Proto: http'])
      assert.match(await head(''), `${line}\r\n`)
    for (const line of ['X-Forwarded-For: 6.6.6.6', 'X-Forwarded-Proto: https'])
      assert.match(await head('--interface 127.0.0.2'), `${line}\r\n`)
    await configure({ host, system }, [siteApp({ php }, { proxy: { '/': 8080 } })])
    assert.match(await curl(host, 'http://shop.example.com/v.txt'), 'GET /v.txt HTTP/1.1')
    for (const path of ['/.env', '/x.php']) assert.is(await status(host, `http://shop.example.com${path}`), '404')
  }
})

promise("a client's address is believed from the load balancer alone", async () => {
  for (const { host, system, php } of places) {
    await configure(
      { host, system },
      [siteApp({ php, redirects: { 'www.example.com': 'shop.example.com' } })],
      BALANCER,
    )
    const address = async (args: string) => (await told(host, `${args} http://shop.example.com/`))['REMOTE_ADDR']
    assert.is(await address(`-H 'X-Forwarded-For: 6.6.6.6'`), '127.0.0.1')
    assert.is(
      await address(`--interface 127.0.0.2 -H 'X-Forwarded-For: 7.7.7.7, 6.6.6.6, 10.99.1.1'`),
      '6.6.6.6',
      'the last that is no load balancer',
    )
    const target = (args: string) =>
      curl(
        host,
        `-o /dev/null -w '%{redirect_url}' -H 'X-Forwarded-Proto: https' ${args} 'http://www.example.com/a%20b?c=d'`,
      )
    assert.equal(
      [await target(''), await target('--interface 127.0.0.2')],
      ['http', 'https'].map((scheme) => `${scheme}://shop.example.com/a%20b?c=d`),
    )
    await configure({ host, system }, [siteApp({ php })])
    assert.is(await address(`--interface 127.0.0.2 -H 'X-Forwarded-For: 6.6.6.6'`), '127.0.0.2')
  }
})

promise(
  'with TLS everything goes over it, with HTTP/2, except the challenge; redirects keep path and query',
  async () => {
    for (const { host, system, php } of places) {
      await configure({ host, system }, [
        siteApp(
          { php, redirects: { 'www.example.com': 'shop.example.com' } },
          { tls: TLS, basicAuth: PASSWORDS, proxy: { '/': 8080 } },
        ),
      ])
      await host.must(
        'mkdir -p /var/www/flight-acme/.well-known/acme-challenge && echo token ' +
          '>/var/www/flight-acme/.well-known/acme-challenge/t',
      )
      for (const name of ['shop', 'www'])
        for (const scheme of ['http', 'https'])
          assert.is(
            await curl(host, `${scheme}://${name}.example.com/.well-known/acme-challenge/t`),
            'token\n',
            `${scheme} ${name}`,
          )
      assert.is(await status(host, 'http://shop.example.com/.well-known/acme-challenge/none'), '404')
      const goes = (url: string) => curl(host, `-o /dev/null -w '%{http_code} %{redirect_url}' '${url}'`)
      assert.is(await goes('http://shop.example.com/a%2Fb?c=d&e'), '301 https://shop.example.com/a%2Fb?c=d&e')
      for (const scheme of ['http', 'https'])
        assert.is(await goes(`${scheme}://www.example.com/a?b=c`), '301 https://shop.example.com/a?b=c')
      for (const name of ['shop', 'www'])
        assert.is(await curl(host, `--http2 -o /dev/null -w '%{http_version}' https://${name}.example.com/`), '2')
      assert.is(
        await exitOf(host, '--tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 https://shop.example.com/'),
        35,
        'not with TLS 1.1',
      )
      assert.is(await exitOf(host, 'https://nobody.example.com/'), 35)
      await configure({ host, system }, [siteApp({ php, domains: ['*.shop.example.com'] }, { tls: TLS })])
      const seen = await told(host, '--http2 https://a.b.shop.example.com/')
      assert.equal(
        [seen['HTTPS'], seen['REQUEST_SCHEME'], seen['SERVER_PORT'], seen['HTTP_HOST'], seen['SERVER_NAME']],
        ['on', 'https', '443', 'a.b.shop.example.com', 'a.b.shop.example.com'],
      )
    }
  },
)

promise('a site with passwords asks for one, for files, PHP and ports alike, but not for the challenge', async () => {
  for (const { host, system, php } of places) {
    await configure({ host, system }, [siteApp({ php }, { basicAuth: PASSWORDS, proxy: { '/app': 8080 } })])
    for (const path of ['/', '/v.txt', '/index.php', '/app', '/storage/u.txt']) {
      assert.equal(
        [
          await status(host, `http://shop.example.com${path}`),
          await status(host, `-u ada:wrong http://shop.example.com${path}`),
          await status(host, `-u ada:secret http://shop.example.com${path}`),
        ],
        ['401', '401', '200'],
        path,
      )
    }
    assert.is(await curl(host, 'http://shop.example.com/.well-known/acme-challenge/t'), 'token\n')
    assert.is(
      (await host.run('runuser -u shop -- cat /etc/nginx/flight/shop.htpasswd')).code,
      1,
      'no app reads the passwords',
    )
  }
})

promise("an app's own limits hold, the cluster's for the others, and what is said by hand is heard", async () => {
  for (const { host, system, php } of places) {
    await configure(
      { host, system },
      [siteApp({ php, requestPayload: 1 }, { include: INCLUDE }), siteApp({ php, name: 'other' })],
      { requestPayload: 3 },
    )
    await host.must('head -c 2000000 /dev/zero >/tmp/2m; head -c 4000000 /dev/zero >/tmp/4m')
    const post = (app: string, size: string) => status(host, `--data-binary @/tmp/${size} http://${app}.example.com/`)
    assert.equal(
      [await post('shop', '2m'), await post('other', '2m'), await post('other', '4m')],
      ['413', '200', '413'],
    )
    assert.is(await status(host, 'http://shop.example.com/by-hand'), '418')
  }
})

promise(
  "what is said by hand and wrong is named by its own file and line, and cannot end the site's block",
  async () => {
    for (const { host } of places) {
      const said = async (content: string) =>
        host.run(`printf %s ${quote(content)} >/etc/nginx/flight/shop.include.conf; nginx -t`)
      const { code, stderr } = await said('# by hand\n\nbogus on;\n')
      assert.is(code, 1)
      assert.match(stderr, 'unknown directive "bogus" in /etc/nginx/flight/shop.include.conf:3')
      assert.match(
        (await said('}\nserver {\n  listen 80;\n')).stderr,
        'unexpected "}" in /etc/nginx/flight/shop.include.conf:1',
      )
    }
  },
)

promise("a name of 47 characters fails nginx's table, and is answered all the same", async () => {
  for (const { host, system, php } of places) {
    const exact = 'x'.repeat(46 - '.example.com'.length) + '.example.com'
    const wild = 'y'.repeat(46)
    await configure({ host, system }, [
      siteApp({ php, domains: [exact, `x${exact}`, `*.${wild}.example.com`, `*.y${wild}.example.com`] }),
    ])
    for (const name of [exact, `x${exact}`, `a.${wild}.example.com`, `a.b.y${wild}.example.com`])
      assert.is(await curl(host, `http://${name}/v.txt`), 'one\n', name)
    assert.is(await exitOf(host, `http://z.x${exact}/`), 52)
    for (const name of [`x${exact}`, `*.y${wild}.example.com`]) {
      const { code, stderr } = await host.run(
        `printf 'server { listen 80; server_name %s; }' '${name}' >/etc/nginx/conf.d/plain.conf; nginx -t; code=$?; ` +
          `rm /etc/nginx/conf.d/plain.conf; exit $code`,
      )
      assert.is(code, 1)
      assert.match(stderr, /server_names_hash_bucket_size/)
    }
  }
})

const FOREIGN = `# server_name commented.example.com;
server { listen 81; server_name one.example.com two.example.com; # server_name no.example.com;
}
server {
  server_name
     three.example.com   # why
     # a whole comment
     "four.example.com"
     .five.example.com ;
  log_format x '$remote_addr'
     '$server_name';
  fastcgi_param SERVER_NAME $server_name;
  server_name_in_redirect off;
  return 200 "a # server_name x.example.com;"; server_name ~^(?<u>.+)\\.six\\.com$ "~^a{2}#;\\.com$";
  content_by_lua_block { -- don't
  }
\tserver_name\tseven.example.com;
`

promise("an app without a domain, as Flight's first user wrote it, answers for its own name", async () => {
  const { definitions } = await loadDefinitions(new URL('../fixtures/seed/', import.meta.url).pathname)
  const [myapp] = definitions.apps
  assert.ok(myapp !== undefined && myapp.name === 'myapp')
  for (const { host, system, php } of places) {
    await configure({ host, system }, [{ ...myapp, name: 'shop', php }])
    assert.match(await curl(host, `-H 'Host: myapp' http://shop.example.com/v.txt`), /^(one|two)\n$/)
    assert.is(await exitOf(host, 'http://shop.example.com/v.txt'), 52, 'and for no other')
  }
})

promise("every server_name statement of others is found where it is, and none of Flight's", async () => {
  for (const { host } of places) {
    await host.must(
      `cat >/etc/nginx/conf.d/a.conf <<'E'\n${FOREIGN}E\nprintf 'server {\\r\\n server_name ` +
        `nine.example.com;\\r\\n}\\r\\nserver{server_name\\n ten.example.com' >/etc/nginx/sites-available/win
ln -s ../sites-available/win /etc/nginx/sites-enabled/win; ln -s /nonexistent /etc/nginx/sites-enabled/gone; mkdir ` +
        `/etc/nginx/sites-enabled/folder; echo 'server_name not.example.com;' >/etc/nginx/conf.d/not.txt
mkdir -p /var/lib/flight; printf '%s\\tapp:shop\\t/etc/nginx/sites-enabled/flight-shop.conf\\n' ${'a'.repeat(64)} ` +
        `>/var/lib/flight/manifest; printf '%s\\tcluster\\t/etc/nginx/conf.d/flight-default.conf\\n' ` +
        `${'a'.repeat(64)} ` +
        `>>/var/lib/flight/manifest`,
    )
    const queries = [{ fact: 'foreign', claim: 'nginx-server-name' }] as const
    const [lines] = foreignFact.parse(
      await host.must(`LC_ALL=C; export LC_ALL\n${foreignFact.shell(queries)}`),
      queries,
    )
    assert.equal(
      lines?.map(({ file, line, text }) => `${file}:${line}:${text}`),
      [
        '/etc/nginx/conf.d/a.conf:2:server_name one.example.com two.example.com',
        '/etc/nginx/conf.d/a.conf:5:server_name three.example.com "four.example.com" .five.example.com',
        '/etc/nginx/conf.d/a.conf:14:server_name ~^(?<u>.+)\\.six\\.com$ "~^a{2}#;\\.com$"',
        '/etc/nginx/conf.d/a.conf:17:server_name seven.example.com',
        '/etc/nginx/sites-enabled/win:2:server_name nine.example.com',
      ],
    )
  }
})

test.run()
