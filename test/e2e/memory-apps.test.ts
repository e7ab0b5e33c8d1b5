import { test } from 'uvu'
import { fpmService, nginxService } from '../../src/features/services.ts'
import type { FactQuery } from '../../src/model/fact.ts'
import { MANIFEST } from '../../src/model/record.ts'
import type { Step } from '../../src/model/step.ts'
import { inDrills, promise } from './promise.ts'
import type { Machine, Package, Unit } from '../support/memory/machine.ts'
import { entryAt, makeFolders, putInPlace, removeAt } from '../support/memory/tree.ts'
import {
  aPlan,
  byHand,
  compare,
  type Deed,
  directory,
  files,
  hand,
  install,
  retire,
  user,
  withPair,
  write,
} from './memory-server-pair.ts'

// The server in memory against a real one, with apps on both; their programs are in memory-programs.test.ts.

const BASE = '/home/shop/shop'
const own = (path: string, mode?: string, by = 'shop'): Step => directory(path, mode, by, by, by)

// The app plants a link in its own tree.
const planted = (path: string, target: string): Deed =>
  hand(`the app plants ${path} to ${target}`, `runuser -u shop -- ln -s ${target} ${path}`, (machine) =>
    putInPlace(machine, path, { type: 'link', target, owner: 'shop', group: 'shop' }),
  )

promise("an app's user and tree: what its user may do, and no more, whatever links the app has planted", () =>
  withPair('tree-1', async (pair) => {
    const deeds: Deed[] = [
      { what: 'a folder of a user that is not there', step: own('/home/shop') },
      { what: 'the user', step: user('shop') },
      { what: 'a folder where only root may make one', step: own(BASE) },
      { what: 'the home', step: directory('/home/shop', '710', 'shop', 'www-data') },
      { what: 'folders below it', step: own(`${BASE}/shared/storage`) },
      { what: 'another mode', step: own(`${BASE}/shared`, '0750') },
      { what: 'the home, whose group its owner sets', step: own('/home/shop', '711') },
      { what: 'a folder of root', step: own('/etc/flight-shop') },
      planted(`${BASE}/shared/etc`, '/etc'),
      { what: 'through a link to a folder of root', step: own(`${BASE}/shared/etc/flight-shop`) },
      { what: 'through a link to a folder of root that is there', step: own(`${BASE}/shared/etc/cron.d`, '777') },
      { what: 'a link in its place', step: own(`${BASE}/shared/etc`) },
      planted(`${BASE}/away`, '../away'),
      { what: 'through a link to nowhere', step: own(`${BASE}/away/x`) },
      { what: 'what it led to', step: own('/home/shop/away') },
      { what: 'through a link within the tree', step: own(`${BASE}/away/x`) },
      planted(`${BASE}/round`, 'round'),
      { what: 'through a link to itself', step: own(`${BASE}/round/x`) },
      { what: 'another app', step: user('blog') },
      { what: 'its home', step: directory('/home/blog', '710', 'blog', 'www-data') },
      planted(`${BASE}/blog`, '/home/blog'),
      { what: 'through a link to another app', step: own(`${BASE}/blog/x`) },
      { what: 'a folder of another app', step: own('/home/blog', '777') },
      { what: 'a closed folder', step: own(`${BASE}/closed`, '600') },
      { what: 'below a folder that its owner has closed', step: own(`${BASE}/closed/x`) },
      hand('root makes a folder there', `mkdir ${BASE}/roots`, (machine) => makeFolders(machine, `${BASE}/roots`)),
      { what: 'a folder of root in the tree', step: own(`${BASE}/roots`) },
      { what: 'below it', step: own(`${BASE}/roots/x`) },
      byHand(`${BASE}/file`, 'x'),
      { what: 'over a file', step: own(`${BASE}/file`) },
      { what: 'below a file', step: own(`${BASE}/file/x`) },
    ]
    await compare(pair, deeds, [
      ...files(
        '/home/shop',
        BASE,
        '/etc/flight-shop',
        '/etc/cron.d',
        '/home/shop/away',
        '/home/shop/away/x',
        '/home/blog',
        '/home/blog/x',
      ),
      ...files(
        ...[
          'shared',
          'shared/storage',
          'shared/etc',
          'away',
          'away/x',
          'round',
          'round/x',
          'blog',
          'closed',
          'closed/x',
          'roots',
          'roots/x',
          'file',
        ].map((name) => `${BASE}/${name}`),
      ),
      ...['shop', 'blog'].map((name): FactQuery => ({ fact: 'user', name })),
      { fact: 'manifest' },
      { fact: 'memory' },
    ])
  }),
)

const NAMES = `# server_name commented.example.com;
server { listen 81; server_name one.example.com two.example.com; # server_name no.example.com;
  location = /server_name { return 204; }
  server_name
    three.example.com # not this
    "four.example.com" .five.example.com
  ;
  log_format x '$server_name server_name
     $server_name;';
  fastcgi_param SERVER_NAME $server_name;
  server_name_in_redirect off;
  return 200 "a # server_name x.example.com;"; server_name ~^(?<u>.+)\\.six\\.com$ "~^a{2}#;\\.com$" a#b;
  "server_name" seven.example.com;server_name	eight.example.com;}
`

inDrills(
  'names that others took are found where they are found on a real server, and what Flight wrote is left out',
  () =>
    withPair('names-1', async (pair) => {
      const enabled = '/etc/nginx/sites-enabled'
      const deeds: Deed[] = [
        byHand('/etc/nginx/conf.d/a.conf', NAMES),
        byHand('/etc/nginx/conf.d/a.txt', NAMES),
        byHand('/etc/nginx/conf.d/.a.conf', NAMES),
        byHand('/etc/nginx/conf.d/folder/a.conf', NAMES),
        byHand('/etc/nginx/nginx.conf', 'http { server { server_name inline.example.com; } }\n'),
        byHand(
          '/etc/nginx/sites-available/win',
          'server {\r\n  server_name nine.example.com;\r\n}\r\nserver{server_name\n ten.example.com',
        ),
        byHand(`${enabled}/default`, 'server { listen 80 default_server; server_name _; }\n'),
        hand(
          'a link to a site',
          `ln -s ../sites-available/win ${enabled}/win; ln -s /nonexistent ${enabled}/gone`,
          (machine) => {
            putInPlace(machine, `${enabled}/win`, {
              type: 'link',
              target: '../sites-available/win',
              owner: 'root',
              group: 'root',
            })
            putInPlace(machine, `${enabled}/gone`, {
              type: 'link',
              target: '/nonexistent',
              owner: 'root',
              group: 'root',
            })
          },
        ),
        { what: 'a site of Flight', step: write(`${enabled}/flight-shop.conf`, NAMES) },
        {
          what: 'a site of Flight over that of somebody',
          step: write(`${enabled}/default`, 'server { server_name default.example.com; }\n'),
        },
        { what: 'a site that is retired', step: retire(`${enabled}/flight-shop.conf`) },
      ]
      await compare(pair, deeds, [
        { fact: 'foreign', claim: 'nginx-server-name' },
        { fact: 'foreign', claim: 'nginx-default-server' },
        ...files(`${enabled}/flight-shop.conf`),
      ])
    }),
)

inDrills('what cannot be recorded is not written, not made, and not taken for retired', () =>
  withPair('record-1', async (pair) => {
    const [site, other] = ['/etc/flight-test/site.conf', '/etc/flight-test/other.conf']
    const away = `${MANIFEST}.away`
    const moved = (machine: Machine, from: string, to: string) => {
      const entry = entryAt(machine, from)
      if (entry === undefined) throw new Error(`no ${from}`)
      removeAt(machine, from)
      putInPlace(machine, to, entry)
    }
    const deeds: Deed[] = [
      { what: 'a file', step: write(site, 'one\n') },
      hand('nothing can be recorded', `mv ${MANIFEST} ${away} && mkdir ${MANIFEST}`, (machine) => {
        moved(machine, MANIFEST, away)
        makeFolders(machine, MANIFEST)
      }),
      { what: 'another file', step: write(other, 'x') },
      { what: 'another content', step: write(site, 'two\n') },
      { what: 'a user of an app', step: user('shop') },
      { what: 'a file that is retired', step: retire(site) },
      hand('it can be recorded again', `rmdir ${MANIFEST} && mv ${away} ${MANIFEST}`, (machine) => {
        removeAt(machine, MANIFEST)
        moved(machine, away, MANIFEST)
      }),
      { what: 'the file that was retired already', step: retire(site) },
    ]
    await compare(pair, deeds, [...files(site, other), { fact: 'user', name: 'shop' }, { fact: 'manifest' }])
  }),
)

const PACKAGES: readonly Package[] = [
  { name: 'nginx-light', version: 'SOME', units: ['nginx.service'], files: { '/etc/nginx/nginx.conf': 'x' } },
  {
    name: 'php8.2-fpm',
    version: 'SOME',
    units: ['php8.2-fpm.service'],
    files: { '/etc/php/8.2/fpm/pool.d/www.conf': '[www]\n' },
  },
  { name: 'libfcgi-bin', version: 'SOME' },
]

inDrills('two services: one that is refused keeps the other from loading, and pools must answer', () =>
  withPair('fpm-1', async (pair) => {
    const { machine } = pair.memory
    machine.repositories = machine.repositories.map((repository) => ({ ...repository, packages: PACKAGES }))
    const [fpm, nginx] = [fpmService('8.2').desired, nginxService().desired]
    const [site, pool, late] = [
      '/etc/nginx/conf.d/shop.conf',
      '/etc/php/8.2/fpm/pool.d/flight-shop.conf',
      '/etc/nginx/conf.d/late.conf',
    ]
    const socket = '/run/php/flight-shop-8.2.sock'
    const poolText = (more = '') =>
      `[shop]\nuser = www-data\ngroup = www-data\nlisten = ${socket}\npm = ondemand\npm.max_children = 2\nping.path ` +
      `= /flight-ping\npm.status_path = /flight-status\n${more}`
    const step = (
      { unit, configuration, mark, test: program }: typeof fpm,
      does: 'start' | 'reload',
      changes: string[],
      precedes: typeof nginx | undefined,
      before: string[],
      pools = ['shop'],
    ): Step => ({
      step: 'service',
      unit,
      does,
      configuration,
      mark,
      test: program,
      changes,
      precedes:
        precedes === undefined
          ? []
          : [{ test: precedes.test, configuration: precedes.configuration, mark: precedes.mark, changes: before }],
      pools: pools.map((name) => ({ name, socket: socket.replace('shop', name) })),
      patience: 30,
      waitForNginx: 1,
    })
    const both = (...pools: string[]) => step(fpm, 'reload', [pool], nginx, [site], pools)
    const deeds: Deed[] = [
      { what: 'services that are not there', step: both(), again: false },
      {
        what: 'the packages',
        step: install(['nginx-light', 'php8.2-fpm', 'libfcgi-bin'], { refresh: true }),
        again: false,
      },
      { what: 'a start of both', step: step(fpm, 'start', [], nginx, [], []) },
      { what: 'a start of nginx', step: step(nginx, 'start', [], undefined, [], []) },
      { what: 'a good pool', step: write(pool, poolText()) },
      { what: 'a bad site', step: write(site, 'nonsense;\n') },
      { what: 'a bad site keeps FPM from loading', step: both('shop'), again: false },
      { what: 'a good site', step: write(site, '# one\n'), ...aPlan('c') },
      { what: 'a bad pool', step: write(pool, poolText('nonsense = 1\n')), ...aPlan('c') },
      { what: 'a bad pool takes the site back with it', step: both('shop'), again: false, ...aPlan('c') },
      { what: 'the good pool', step: write(pool, poolText()), ...aPlan('d') },
      { what: 'the good site', step: write(site, '# one\n'), ...aPlan('d') },
      { what: 'both good: FPM loads', step: both('shop'), again: false, ...aPlan('d') },
      {
        what: 'both good: nginx loads',
        step: step(nginx, 'reload', [site], undefined, [], []),
        again: false,
        ...aPlan('d'),
      },
      { what: 'another pool', step: write(pool, poolText('request_terminate_timeout = 30s\n')), ...aPlan('e') },
      { what: 'a pool that nobody has', step: both('shop', 'blog'), again: false, ...aPlan('e') },
      { what: 'the load once more', step: both('shop'), again: false, ...aPlan('e') },
      byHand(late, 'nonsense;\n'),
      hand('somebody stops FPM', 'systemctl stop php8.2-fpm', ({ units }) =>
        units.set(fpm.unit, { ...(units.get(fpm.unit) as Unit), active: false }),
      ),
      { what: 'a start that nginx does not let happen', step: step(fpm, 'start', [], nginx, []), ...aPlan('f') },
      hand('somebody makes it good', `rm ${late}`, (to) => removeAt(to, late)),
      { what: 'a start', step: step(fpm, 'start', [], nginx, []), ...aPlan('f') },
    ]
    await compare(pair, deeds, [
      ...[fpm, nginx].map(({ unit, configuration, mark }): FactQuery => ({
        fact: 'service',
        unit,
        configuration,
        mark,
      })),
      ...files(site, pool),
      { fact: 'manifest' },
    ])
  }),
)

test.run()
