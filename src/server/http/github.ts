import { githubPush, githubWorkflowRun } from '../../schema/generated/webhooks.js'
import type { GithubPush, GithubWorkflowRun } from '../../schema/types/webhooks.ts'
import { checked } from './checked.ts'
import { type Meaning, nothing, releaseOf, releaseOnOf, type WebhookApp } from './webhook-event.ts'

// What started a run of somebody who may write to the repository. A pull request's run has its code, or a stranger's.
const OWN_RUNS = ['push', 'workflow_dispatch', 'schedule', 'repository_dispatch']

// What an event of GitHub means for the app.
export function meaningOnGithub(event: string, payload: unknown, app: WebhookApp): Meaning {
  switch (event) {
    case 'ping':
      return nothing('pong')
    case 'push':
      return meaningOfPush(checked(githubPush, payload, 'The event'), app)
    case 'workflow_run':
      return meaningOfRun(checked(githubWorkflowRun, payload, 'The event'), app)
    default:
      return nothing('This event releases nothing.')
  }
}

function meaningOfPush({ ref, after, deleted, repository }: GithubPush, app: WebhookApp): Meaning {
  const wanted = releaseOnOf(app, addressesOf(repository))
  if ('is' in wanted) return wanted
  if (wanted.workflow !== undefined) return nothing('The app is released by its workflow, not by a push.')
  if (ref !== `refs/heads/${wanted.branch}`) return nothing('The push was to another branch.')
  return deleted === true ? nothing('The branch was deleted.') : releaseOf(after)
}

function meaningOfRun({ action, workflow_run, repository }: GithubWorkflowRun, app: WebhookApp): Meaning {
  const wanted = releaseOnOf(app, addressesOf(repository))
  if ('is' in wanted) return wanted
  if (wanted.workflow === undefined) return nothing('The app is released by a push, not by a workflow.')
  const { name, path, head_branch, head_sha, event, conclusion, head_repository } = workflow_run ?? {}
  const file = path?.replace(/@.*$/, '')
  if (action !== 'completed') return nothing('The workflow has not ended yet.')
  if (![name, file, file?.split('/').at(-1)].includes(wanted.workflow)) return nothing('It was another workflow.')
  if (head_branch !== wanted.branch) return nothing('The workflow ran for another branch.')
  if (!OWN_RUNS.includes(event ?? ''))
    return nothing('The workflow ran for a pull request or the like, not for the branch.')
  const home = head_repository?.id ?? undefined
  if (home === undefined || home !== repository?.id) return nothing('The workflow ran for a fork.')
  if (conclusion !== 'success') return nothing('The workflow did not succeed.')
  return releaseOf(head_sha)
}

function addressesOf(repository: GithubPush['repository']): (string | null | undefined)[] {
  return [repository?.clone_url, repository?.ssh_url, repository?.html_url]
}
