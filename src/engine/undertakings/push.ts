import { pushResources } from '../../features/app-environment.ts'
import type { PlannedPush } from '../../model/push.ts'
import { appsOn, serversIn } from '../resolve/wanted.ts'
import { allOrNone, COMMON_STAGES, type Course, headline } from './all-or-none.ts'
import type { Line, Module, Planning } from './undertaking.ts'

const COURSE: Course = {
  phases: ['prepare', 'write', 'rebuild', 'go live', 'check live', 'confirm', 'workers', 'finish'],
  live: 'write',
  stays: 'confirm',
  last: 'finish',
}
const { way, ...COURSED } = allOrNone(COURSE)

// An app's environment file is replaced on all of the servers that are named, or the one before lies there again.
export const pushUndertaking: Module<'push'> = {
  isIn: ({ pushes }) => pushes !== undefined,
  begin({ pushes }, definitions) {
    const servers = [...new Set(pushes.flatMap((each) => each.servers.map(({ name }) => name)))].sort()
    const scope = { clusters: [], apps: [], servers }
    return { servers: serversIn(definitions, scope), planning: pushing(pushes) }
  },
  again: ({ pushes }) => pushing(pushes),
  named: ({ pushes }) => ({
    parts: [...new Set(pushes.flatMap((each) => each.servers.map(({ name }) => `server ${name}`)))].sort(),
  }),
  words: {
    stages: {
      ...COMMON_STAGES,
      write: 'on all servers at once, or on none',
      rebuild: 'beside what the live release reads; where it cannot be made, all servers go back',
    },
    lines: (plan, names) =>
      (plan.pushes ?? []).flatMap(({ app, does, servers, notes }): Line[] => {
        const what = does === 'push' ? `push the environment file of ${app}` : `take the last push of ${app} back`
        return [
          headline(plan, '~', `${what} on ${names(servers.map(({ name }) => name))}`),
          ...notes.map((text): Line => ({ mark: ' ', text })),
        ]
      }),
    takenBack: 'Written and taken back',
    next: (outcome) =>
      outcome === 'went back'
        ? 'Correct the cause and push again: all servers have the file that they had before.'
        : undefined,
  },
}

function pushing(pushes: readonly PlannedPush[]): Planning {
  return {
    ...COURSED,
    said: () => ({ asked: { undertaking: 'push', pushes }, releases: [], pushes }),
    wanted: ({ definitions, cluster, server, system }) => {
      const here = appsOn(server, definitions)
      const resources = pushes.flatMap((each) =>
        here
          .filter(({ app }) => app.name === each.app)
          .flatMap((input) => pushResources({ ...input, cluster, server, system }, each)),
      )
      return { resources, apps: here, retires: () => false }
    },
    claim: pushes.map(({ app }) => ({ app, release: '' })),
    wayBack: {
      ...way,
      spares: () => false,
      words: {
        what: pushes.map(({ app }) => `environment file of ${app}`).join(', '),
        wasDone: 'was written',
        restored: 'all servers have the file that they had before',
        again: 'push',
      },
    },
    receipt: () => ({ releases: [], pushes: pushes.map(({ app, does, id }) => ({ app, does, id })) }),
  }
}
