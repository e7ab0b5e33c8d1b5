import type { Problem } from '../../model/errors.ts'
import type { Fleet, FleetServer } from '../../model/fleet.ts'
import { count } from '../../model/words.ts'
import { withoutServer } from '../../views/words.ts'
import { brief } from './brief.ts'
import type { Html } from './jsx-runtime.ts'
import type { Page } from './layout.tsx'
import { problemList } from './problem-list.tsx'
import { ofServer, standing } from './sign.tsx'
import { timeAgo } from './when.tsx'

const MOST_DRIFT = 20
const MOST_REASONS = 5

export function clustersPage(
  { clusters, driftAt }: Pick<Fleet, 'clusters' | 'driftAt'>,
  problems: readonly Problem[],
  now: Date,
): Page {
  const servers = clusters.flatMap((cluster) => cluster.servers)
  return {
    title: [servers.length === 0 ? 'no servers' : tally(servers), 'Clusters'],
    here: 'clusters',
    main: (
      <>
        <div class="heading">
          <h1>Clusters</h1>
          <p class="muted" data-live="looked">
            {driftAt !== null && <>looked at {timeAgo(driftAt, now)}</>}
          </p>
        </div>
        <div data-live="clusters">
          {problems.length > 0 && (
            <section class="card bad" aria-labelledby="wrong">
              <h2 id="wrong">The definitions cannot be read</h2>
              {problemList(problems)}
            </section>
          )}
          {driftAt === null && servers.length > 0 && (
            <p class="empty">
              Nobody has looked for drift yet. <code>flight drift</code> looks now; with <code>drift</code> under{' '}
              <code>serve</code> in flight.yml this server looks every day.
            </p>
          )}
          {servers.length === 0 && problems.length === 0 && (
            <p class="empty">
              There is no cluster yet. Describe one in <code>clusters/NAME.yml</code> of your definitions folder;{' '}
              <code>flight init</code> writes one to begin with.
            </p>
          )}
          {clusters.map(clusterSection)}
        </div>
      </>
    ),
  }
}

function clusterSection({ name, servers }: Fleet['clusters'][number], index: number): Html {
  return (
    <section data-key={`c-${name}`} aria-labelledby={`cluster-${index}`}>
      <div class="heading">
        <h2 id={`cluster-${index}`}>{brief(name, 60)}</h2>
        <p class="muted">{tally(servers)}</p>
      </div>
      <ul class="fleet">{servers.map(serverItem)}</ul>
    </section>
  )
}

// 1 blocked, 2 drifted, 47 in order.
function tally(servers: readonly FleetServer[]): string {
  const order = ['not asked', 'blocked', 'drifted', 'not looked at', 'in order'] as const
  return order
    .map((state) => [servers.filter((server) => server.state === state).length, ofServer(state).words] as const)
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(', ')
}

function serverItem({ name, state, drift, problems }: FleetServer): Html {
  const how = ofServer(state)
  if (drift.length + problems.length === 0)
    return (
      <li class="one" data-key={name}>
        <span class="name">{brief(name, 60)}</span>
        {standing(how)}
      </li>
    )
  const left = drift.length - MOST_DRIFT
  return (
    <li data-key={name}>
      <details id={`server-${name.replace(/[^\w.-]/g, '_')}`} open>
        <summary>
          <span class="name">{brief(name, 60)}</span>
          {standing(how)}
          {drift.length > 0 && <span class="muted">{count(drift.length, 'resource')}</span>}
        </summary>
        {problemList(problems)}
        {drift.length > 0 && (
          <ul class="drift">
            {drift.slice(0, MOST_DRIFT).map((each) => driftItem(each, name))}
            {left > 0 && (
              <li class="muted">
                and {left} more: <code>flight drift</code> lists all
              </li>
            )}
          </ul>
        )}
      </details>
    </li>
  )
}

function driftItem({ address, feature, verb, because }: FleetServer['drift'][number], server: string): Html {
  const left = because.length - MOST_REASONS
  return (
    <li>
      <p>
        <span class="verb">{brief(verb, 20)}</span> <strong>{brief(withoutServer(address, server), 200)}</strong>{' '}
        <span class="muted">{brief(feature, 100)}</span>
      </p>
      <ul class="reasons">
        {because.slice(0, MOST_REASONS).map((reason) => (
          <li>{brief(reason, 300)}</li>
        ))}
        {left > 0 && <li>and {count(left, 'more reason')}</li>}
      </ul>
    </li>
  )
}
