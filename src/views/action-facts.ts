import type { Action, ActionOf } from '../model/action.ts'
import { type BodyLine, contentLines, FOREIGN, fileChange, octal } from './file-change.ts'
import { jobsEffect, reloadEffect } from './service-effect.ts'
import { count, names } from './words.ts'

export type Detail = { facts: string[]; body: BodyLine[] }

function only(...facts: string[]): Detail {
  return { facts, body: [] }
}

function aptSource({ before, after }: ActionOf<'apt-source'>): Detail {
  const key =
    'url' in after.key
      ? `key ${after.key.fingerprint} from ${after.key.url}`
      : `key in ${after.key.path}, already on the server`
  const replaced = [before.sources, before.preferences]
    .filter((file) => file.is === 'file' && !file.written)
    .map(() => FOREIGN)
  return only(
    `packages from ${after.uri}, ${names(after.suites, 8)} ${after.components.join(' ')}`.trim(),
    key,
    ...after.pin.map((pin) => `priority ${pin.priority} for ${pin.packages} where ${pin.pin}`),
    ...new Set(replaced),
  )
}

function directory({ before, after }: ActionOf<'directory'>): Detail {
  const owner = `${after.owner}:${after.group}`
  const by = after.by === 'root' ? [] : [`made by user ${after.by}`]
  if (before.is === 'absent') return only(`${owner} ${octal(after.mode)}`, ...by)
  const was = `${before.owner}:${before.group}`
  return only(
    ...(octal(before.mode) === octal(after.mode) ? [] : [`mode ${octal(before.mode)} -> ${octal(after.mode)}`]),
    ...(was === owner ? [] : [`owner ${was} -> ${owner}`]),
  )
}

function link({ before, after }: ActionOf<'link'>): Detail {
  const owner = `${after.owner}:${after.group}`
  if (before.is === 'absent') return only(`to ${after.target}`, `owner ${owner}`)
  const was = `${before.owner}:${before.group}`
  return only(
    before.target === after.target ? `to ${after.target}` : `target ${before.target} -> ${after.target}`,
    ...(was === owner ? [] : [`owner ${was} -> ${owner}`]),
  )
}

function service({ verb, before, after, because }: ActionOf<'service'>): Detail {
  const { unloaded } = before
  const said = unloaded === undefined || because.some(({ code }) => code === 'not-loaded')
  const cause = [
    ...(after.wanted ? [] : ['no definition asks for it here any more: where it runs, it runs what lies on disk']),
    ...(verb === 'reload' && after.pools.length > 0
      ? [
          `must answer after that: ${count(after.pools.length, 'pool')} (${names(
            after.pools.map(({ name }) => name),
            6,
          )})`,
        ]
      : []),
    ...(after.changes.length === 0 ? [] : [`this plan writes ${names(after.changes, 4)}`]),
    ...(said ? [] : [`${unloaded} is newer than what it runs`]),
  ]
  if (verb === 'reload') return only(reloadEffect(after), ...cause)
  return only(before.enabled ? 'enabled already' : 'and at every boot from now on', ...cause)
}

function retired({ before }: ActionOf<'retired'>): Detail {
  const fact = 'becomes a comment that says when and why; its last content is kept'
  if (before.is !== 'file' || before.content === undefined) return only(fact)
  const lines = contentLines(before.content)
  return {
    facts: [`${fact} (${count(lines.length, 'line')})`],
    body: lines.map((text) => ({ sign: '-', text })),
  }
}

function programs({ verb, before, after }: ActionOf<'programs'>): Detail {
  return only(
    ...(after.programs.length === 0 ? [] : [`${count(after.programs.length, 'program')}: ${names(after.programs, 6)}`]),
    jobsEffect(verb),
    ...(before.daemon ? [] : ['supervisor does not run yet']),
    ...(before.states.length === 0 ? [] : [`now ${names(before.states, 6)}`]),
    ...(before.unloaded.length === 0 ? [] : [`not loaded yet: ${names(before.unloaded, 6)}`]),
    ...(after.changes.length === 0 ? [] : [`this plan writes ${names(after.changes, 4)}`]),
  )
}

function command({ before, after }: ActionOf<'command'>): Detail {
  return only(
    `as user ${after.app}, in the release`,
    ...(after.auth ? ['with composer_auth, which is left nowhere'] : []),
    ...(before.is === 'not run'
      ? []
      : [before.is === 'running' ? 'it runs since an earlier run' : 'an earlier run was cut off']),
  )
}

function health({ after: { through, check } }: ActionOf<'health'>): Detail {
  if (check === null) return only('what OPcache holds of it is dropped')
  const where = through.is === 'pool' ? "through its pool's socket, before it is live" : 'through nginx'
  return only(
    `${check.host}${check.path} with ${check.status}, ${where}`,
    `at most ${count(check.retries + 1, 'try', 'tries')} of ${check.timeout} s`,
  )
}

function live({ before, after }: ActionOf<'live'>): Detail {
  const was = before.live ?? 'no release'
  switch (after.does) {
    case 'ready':
      return only('what it holds is noted, the next `current` lies beside the one that is')
    case 'switch':
      return only(
        `current ${was} -> ${after.release}, on all servers at once`,
        `each goes back by itself after ${after.back} s unless all of them answer`,
      )
    case 'confirm':
      return only('from now on it stays')
    case 'settle':
      return only('it was live and healthy on all servers')
  }
}

function push({ after }: ActionOf<'push'>): Detail {
  switch (after.does) {
    case 'stage':
      return only(`beside ${after.path}, readable by ${after.app} alone`, 'what it holds is in no plan')
    case 'write':
      return only(
        `to ${after.path}, on all servers at once`,
        `each goes back by itself after ${after.back} s unless all of them work with it`,
      )
    case 'rebuild':
      return only(`what ${after.live} caches of its configuration, as user ${after.app}`)
    case 'show':
      return only(`${after.live} reads what was made of it, without a reload`)
    case 'confirm':
      return only('from now on it stays')
    case 'settle':
      return only('all that follows was done')
  }
}

// What a reader must know of one action beside its name: facts, and the lines of a file.
export function detailOf(action: Action): Detail {
  switch (action.kind) {
    case 'apt-source':
      return aptSource(action)
    case 'package':
      return only(action.before.candidate ?? 'version decided after the lists are refreshed')
    case 'directory':
      return directory(action)
    case 'file':
      return fileChange(action.before, action.after)
    case 'link':
      return link(action)
    case 'user':
      return only(`home ${action.after.home}`, `shell ${action.after.shell}`)
    case 'service':
      return service(action)
    case 'composer':
      return only(
        `downloaded from ${action.after.url}`,
        `accepted only as sha256 ${action.after.sha256}`,
        ...(action.before.is === 'file' && !action.before.written ? [FOREIGN] : []),
      )
    case 'retired':
      return retired(action)
    case 'programs':
      return programs(action)
    case 'release':
      return only(
        `commit ${action.after.commit} (${action.after.subject})`,
        `from ${action.after.ref}`,
        `shared: ${names([...action.after.linkedDirs, ...action.after.linkedFiles], 8)}`,
      )
    case 'environment':
      return only(`the bytes of ${action.after.from}, in ${action.after.path}`, 'what it holds is in no plan')
    case 'push':
      return push(action)
    case 'command':
      return command(action)
    case 'health':
      return health(action)
    case 'live':
      return live(action)
    case 'prune':
      return only('except what is in use, and what holds files that nobody else has')
  }
}
