import { isSameRepository } from './repository.ts'
import {
  type Meaning,
  NEVER,
  NOT_ITS_REPOSITORY,
  nothing,
  part,
  type Payload,
  releaseOf,
  type WebhookApp,
} from './webhook-event.ts'

// What started a run of somebody who may write to the repository. A pull request's run has its code, or a stranger's.
const OWN_RUNS = ['push', 'workflow_dispatch', 'schedule', 'repository_dispatch']

// What an event of GitHub means for the app.
export function meaningOnGithub(event: string, payload: Payload, { repo, releaseOn }: WebhookApp): Meaning {
  const repository = part(payload, 'repository')
  if (event === 'ping') return nothing('pong')
  if (!isSameRepository(repo, [repository['clone_url'], repository['ssh_url'], repository['html_url']]))
    return nothing(NOT_ITS_REPOSITORY)
  if (releaseOn === undefined) return nothing(NEVER)
  if (event === 'push') {
    if (releaseOn.workflow !== undefined) return nothing('The app is released by its workflow, not by a push.')
    if (payload['ref'] !== `refs/heads/${releaseOn.branch}`) return nothing('The push was to another branch.')
    return payload['deleted'] === true ? nothing('The branch was deleted.') : releaseOf(payload['after'])
  }
  if (event !== 'workflow_run') return nothing('This event releases nothing.')
  if (releaseOn.workflow === undefined) return nothing('The app is released by a push, not by a workflow.')
  return meaningOfRun(payload, { repository, workflow: releaseOn.workflow, branch: releaseOn.branch })
}

function meaningOfRun(payload: Payload, wanted: { repository: Payload; workflow: string; branch: string }): Meaning {
  const run = part(payload, 'workflow_run')
  const path = typeof run['path'] === 'string' ? run['path'].replace(/@.*$/, '') : ''
  const head = part(run, 'head_repository')
  if (payload['action'] !== 'completed') return nothing('The workflow has not ended yet.')
  if (![run['name'], path, path.split('/').at(-1)].includes(wanted.workflow)) return nothing('It was another workflow.')
  if (run['head_branch'] !== wanted.branch) return nothing('The workflow ran for another branch.')
  if (typeof run['event'] !== 'string' || !OWN_RUNS.includes(run['event']))
    return nothing('The workflow ran for a pull request or the like, not for the branch.')
  if (head['id'] === undefined || head['id'] !== wanted.repository['id']) return nothing('The workflow ran for a fork.')
  if (run['conclusion'] !== 'success') return nothing('The workflow did not succeed.')
  return releaseOf(run['head_sha'])
}
