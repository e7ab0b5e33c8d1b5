import type { Plan, Stage } from '../model/plan.ts'
import { onOneLine } from '../model/printable.ts'
import { type ActionView, actionView } from './action-view.ts'
import { actionsOf, type ActionGroup, groupsOf, isInstall, likeness } from './plan-groups.ts'
import { type PackageView, packageView } from './package-view.ts'
import { notesOf } from './remarks.ts'
import { whyStage } from './stage-words.ts'
import { count, names, sorted } from '../model/words.ts'

// What stands in a group's list: the work of apt, an action, or neighbours that an earlier group has shown already.
export type GroupEntry =
  | { is: 'packages'; view: PackageView }
  | { is: 'action'; view: ActionView }
  | { is: 'as'; group: string; actions: string[] } // ~ /etc/nginx/nginx.conf

export type GroupView = { title: string; servers: string; about: string; notes: string[]; entries: GroupEntry[] }

type Shown = Map<string, string> // likeness -> the group that shows it

function about(plan: Plan, group: ActionGroup): string {
  const resources = sorted(
    group.servers.map(
      (server) => `${server.resources - actionsOf(plan, server.name).length} of ${count(server.resources, 'resource')}`,
    ),
  )
  const hosts = group.servers.flatMap(({ name, host }) =>
    host === name ? [] : [group.servers.length === 1 ? host : `${name} ${host}`],
  )
  const systems = sorted(group.servers.map(({ system }) => `${system.name} ${system.arch}`))
  const [first] = group.servers
  const parts = [
    `cluster ${first?.cluster ?? ''}`,
    ...(hosts.length === 0 ? [] : [`host ${names(hosts, 6)}`]),
    names(systems, 3),
    `${names(resources, 2)} as defined already`,
  ]
  return onOneLine(parts.join('; '))
}

// A server's notes stand where it is shown first.
function notes(group: ActionGroup, told: Set<string>): string[] {
  const first = group.servers.filter(({ name }) => !told.has(name))
  for (const { name } of first) told.add(name)
  return notesOf(first).map(({ servers, text }) =>
    servers.length === group.servers.length ? text : `${names(servers, 4)}: ${text}`,
  )
}

function entries(group: ActionGroup, label: string, shown: Shown): GroupEntry[] {
  const [first] = group.servers
  if (first === undefined) return []
  const list: GroupEntry[] = []
  const apt = packageView(group.actions, first.install)
  let aptShown = apt === undefined
  for (const action of group.actions) {
    if (isInstall(action)) {
      if (apt !== undefined && !aptShown) {
        const key = JSON.stringify(apt)
        const earlier = shown.get(key)
        shown.set(key, earlier ?? label)
        const same = earlier !== undefined && apt.loud.length === 0
        list.push(
          same
            ? {
                is: 'as',
                group: earlier,
                actions: [`+ install ${count(group.actions.filter(isInstall).length, 'package')}`],
              }
            : { is: 'packages', view: apt },
        )
      }
      aptShown = true
      continue
    }
    const key = likeness(action, first.name)
    const earlier = shown.get(key)
    if (earlier === undefined) {
      shown.set(key, label)
      list.push({ is: 'action', view: actionView(action) })
      continue
    }
    const view = actionView(action)
    const text = `${view.symbol} ${view.verb} ${view.name}`
    const last = list.at(-1)
    if (last?.is === 'as' && last.group === earlier) last.actions.push(text)
    else list.push({ is: 'as', group: earlier, actions: [text] })
  }
  return list
}

// The groups of every stage in order. What an earlier group has shown in full is only named in a later one, so that
// fifty servers that differ in one file show the rest once.
export function groupViews(
  plan: Plan,
  full: boolean,
): { stage: Stage; why: string | undefined; groups: GroupView[] }[] {
  const shown: Shown = new Map()
  const told = new Set<string>()
  return plan.stages.map((stage) => ({
    stage,
    why: whyStage(stage.name),
    groups: groupsOf(plan, stage).map((group) => {
      const all = group.servers.map(({ name }) => name)
      const actions = count(group.actions.length, 'action')
      const servers = names(all, full ? all.length : 8)
      return {
        title:
          all.length === 1
            ? `${servers}: ${actions}`
            : `${servers}: the same ${actions} on ${count(all.length, 'server')}`,
        servers,
        about: about(plan, group),
        notes: notes(group, told),
        entries: entries(group, names(all, 2), full ? new Map() : shown),
      }
    }),
  }))
}
