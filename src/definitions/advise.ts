import type { App, Cluster, Ini } from '../model/definitions.ts'
import type { PathSegment } from '../schema/violation.ts'

// What a person with experience would say about an app.
export function adviseOnApp(app: App, cluster: Cluster): Advice[] {
  return [
    ...nameless(app),
    ...migrations(app),
    ...erasing(app),
    ...queueRestart(app),
    ...twice(app),
    ...notLinked(app),
    ...timeouts(app),
    ...payload(app, cluster),
    ...everythingProxied(app),
    ...openBasedir(app.phpIni),
    ...nowhere(app),
  ]
}

function nameless({ name, isNameless, servers }: App): Advice[] {
  if (isNameless === undefined) return []
  const what = `answers requests, and the app has no domain: its site answers for the name ${name}`
  const web = servers.findIndex((server) => server.web !== undefined)
  return [{ path: ['servers', web, 'web'], what, hint: `add domain: ${name}.example.com` }]
}

const MIGRATES = /\bartisan\s+migrate(?=\s|$)/

function migrations(app: App): Advice[] {
  const advice: Advice[] = []
  const own = app.servers.flatMap((server, index) =>
    server.deployCommands.some((c) => MIGRATES.test(c)) ? [index] : [],
  )
  for (const index of own.slice(1)) {
    const first = app.servers[own[0]!]!.name
    advice.push({
      path: ['servers', index, 'deploy_commands'],
      what: `migrates as well as ${first}`,
      hint: 'one server migrates, once a release',
    })
  }
  for (const list of ['release_commands', 'after_commands'] as const) {
    const index = (list === 'release_commands' ? app.releaseCommands : app.afterCommands).findIndex((c) =>
      MIGRATES.test(c),
    )
    if (index < 0 || app.servers.length < 2) continue
    advice.push({
      path: [list, index],
      what: `would migrate on all ${app.servers.length} servers`,
      hint: 'move it into deploy_commands of one server',
    })
  }
  for (const { path, command } of commands(app)) {
    if (MIGRATES.test(command) && !/\s--(?:force|pretend)\b/.test(command)) {
      advice.push({ path, what: 'in production artisan migrate asks before it does anything', hint: 'add --force' })
    }
  }
  return advice
}

function erasing(app: App): Advice[] {
  return commands(app).flatMap(({ path, command }) => {
    const found = /\bartisan\s+(migrate:(?:fresh|refresh|reset)|db:wipe)\b/.exec(command)
    return found === null ? [] : [{ path, what: `${found[1]} erases the database with every release` }]
  })
}

function queueRestart(app: App): Advice[] {
  return commands(app)
    .filter(
      ({ path, command }) => /\b(?:queue:restart|horizon:terminate)\b/.test(command) && path[0] !== 'after_commands',
    )
    .map(({ path, command }) => ({
      path,
      what:
        `${/queue:restart|horizon:terminate/.exec(command)![0]} before going live: workers come back in the old ` +
        `release`,
      hint: 'remove it: Flight restarts the workers once the release is live',
    }))
}

function twice(app: App): Advice[] {
  const on = app.servers.flatMap((server, index) => (server.scheduler ? [index] : []))
  return on.slice(1).map((index) => ({
    path: ['servers', index, 'scheduler'],
    what: `the scheduler runs on ${app.servers[on[0]!]!.name} as well: tasks without onOneServer() run twice`,
  }))
}

function notLinked(app: App): Advice[] {
  const laravel =
    app.servers.some((s) => s.scheduler || s.queues.length > 0) ||
    commands(app).some(({ command }) => /\bartisan\b/.test(command))
  if (!laravel) return []
  const linked = (path: string): boolean => app.linkedDirs.some((dir) => path === dir || path.startsWith(`${dir}/`))
  const advice: Advice[] = []
  const lose = (what: string): Advice => ({ path: ['linked_dirs'], what: `does not link ${what}` })
  if (!linked('storage/app') && !app.linkedDirs.some((dir) => dir.startsWith('storage/app/')))
    advice.push(lose('storage/app: uploads vanish with their release'))
  if (!linked('storage/logs')) advice.push(lose('storage/logs: every release begins new logs'))
  if (!app.linkedFiles.includes('.env'))
    advice.push({ path: ['linked_files'], what: 'does not link .env: a release has no environment file' })
  return advice
}

function timeouts(app: App): Advice[] {
  return app.servers.flatMap((server, s) =>
    server.queues.flatMap((queue, q): Advice[] => {
      const timeout = Number(/\s--timeout[= ](\d{1,6})\b/.exec(queue.command)?.[1] ?? 0)
      if (timeout <= queue.stopWaitTimeout) return []
      const what = `a job may take ${timeout} s, but is killed ${queue.stopWaitTimeout} s after a release`
      return [
        { path: ['servers', s, 'queues', q, 'stop_wait_timeout'], what, hint: `set it to ${timeout + 10} or more` },
      ]
    }),
  )
}

function payload(app: App, cluster: Cluster): Advice[] {
  const upload = /^(\d{1,6})([KMG])$/i.exec(app.phpIni['upload_max_filesize'] ?? '')
  if (upload === null) return []
  const megabytes = Number(upload[1]) * { K: 1 / 1024, M: 1, G: 1024 }[upload[2]!.toUpperCase() as 'K' | 'M' | 'G']
  const limit = app.requestPayload ?? cluster.requestPayload
  if (megabytes <= limit) return []
  return [
    {
      path: ['php_ini', 'upload_max_filesize'],
      what: `is more than a request may carry (${limit} MB)`,
      hint: `set request_payload: ${Math.ceil(megabytes)}`,
    },
  ]
}

function everythingProxied(app: App): Advice[] {
  const port = app.nginx.proxy['/']
  if (port === undefined || !app.servers.some(({ web }) => web !== undefined)) return []
  return [
    {
      path: ['nginx', 'proxy', '/'],
      what: `every request goes to port ${port}: PHP answers none`,
      hint: 'proxy only the paths that the other program answers',
    },
  ]
}

function nowhere(app: App): Advice[] {
  return app.servers.length > 0 ? [] : [{ path: [], what: 'lists no servers: nothing of it runs anywhere' }]
}

function commands(app: App): { path: readonly PathSegment[]; command: string }[] {
  const named = (path: readonly PathSegment[], list: readonly string[]) =>
    list.map((command, index) => ({ path: [...path, index], command }))
  return [
    ...named(['release_commands'], app.releaseCommands),
    ...named(['after_commands'], app.afterCommands),
    ...app.servers.flatMap((server, index) => named(['servers', index, 'deploy_commands'], server.deployCommands)),
  ]
}

// Something legal and unwise: at which key of a definition.
export type Advice = { path: readonly PathSegment[]; what: string; hint?: string }

// What a person with experience would say about a cluster.
export function adviseOnCluster(cluster: Cluster): Advice[] {
  const advice: Advice[] = []
  if (cluster.phpSource.kind === 'custom') {
    const strong = cluster.phpSource.pin.find(({ priority }) => priority >= 1000)
    if (strong !== undefined) {
      const what = `priority ${strong.priority} lets apt downgrade what is installed`
      advice.push({ path: ['php_source', 'pin'], what, hint: '990 prefers it without that' })
    }
  }
  const everyone = cluster.realIp.findIndex((network) => /\/0+$/.test(network))
  if (everyone >= 0) {
    const what = 'believes the X-Forwarded-For of everybody: visitors choose their own address'
    advice.push({ path: ['real_ip', everyone], what, hint: 'list the load balancers' })
  }
  const permission = cluster.phpIni['opcache.validate_permission']
  if (permission !== undefined && /^(?:0|off|no|false|none|)$/i.test(permission)) {
    const what = 'lets each app include what another has in OPcache, whoever may read the file'
    advice.push({ path: ['php_ini', 'opcache.validate_permission'], what, hint: 'remove it' })
  }
  return [...advice, ...openBasedir(cluster.phpIni)]
}

// open_basedir switches PHP's cache of real paths off (measured: 500 includes cost 10 ms of CPU instead of 1).
function openBasedir(ini: Ini): Advice[] {
  if ((ini['open_basedir'] ?? '') === '') return []
  const what = "switches PHP's cache of real paths off: 500 includes cost 10 ms of CPU instead of 1"
  return [{ path: ['php_ini', 'open_basedir'], what, hint: 'apps are kept apart by their Linux users' }]
}
