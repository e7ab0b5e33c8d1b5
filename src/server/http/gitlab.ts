import { gitlabPipeline, gitlabPush } from '../../schema/generated/webhooks.js'
import type { GitlabPipeline, GitlabPush } from '../../schema/types/webhooks.ts'
import { checked } from './checked.ts'
import { type Meaning, nothing, releaseOf, releaseOnOf, type WebhookApp } from './webhook-event.ts'

// A merge request's pipeline has its code; a child pipeline is only a part of one.
const OWN_PIPELINES = ['push', 'web', 'api', 'schedule', 'trigger', 'pipeline', 'chat']

// What an event of GitLab means for the app. A commit has one pipeline
// there: which workflow is named does not matter, that one is does.
export function meaningOnGitlab(event: string, payload: unknown, app: WebhookApp): Meaning {
  switch (event) {
    case 'Push Hook':
      return meaningOfPush(checked(gitlabPush, payload, 'The event'), app)
    case 'Pipeline Hook':
      return meaningOfPipeline(checked(gitlabPipeline, payload, 'The event'), app)
    default:
      return nothing('This event releases nothing.')
  }
}

function meaningOfPush({ ref, after, project }: GitlabPush, app: WebhookApp): Meaning {
  const wanted = releaseOnOf(app, addressesOf(project))
  if ('is' in wanted) return wanted
  if (wanted.workflow !== undefined) return nothing('The app is released by its pipeline, not by a push.')
  return ref === `refs/heads/${wanted.branch}` ? releaseOf(after) : nothing('The push was to another branch.')
}

function meaningOfPipeline({ object_attributes, merge_request, project }: GitlabPipeline, app: WebhookApp): Meaning {
  const wanted = releaseOnOf(app, addressesOf(project))
  if ('is' in wanted) return wanted
  if (wanted.workflow === undefined) return nothing('The app is released by a push, not by a pipeline.')
  const { ref, tag, source, status, sha } = object_attributes ?? {}
  if (ref !== wanted.branch || tag === true) return nothing('The pipeline ran for another branch, or for a tag.')
  if ((merge_request ?? undefined) !== undefined || !OWN_PIPELINES.includes(source ?? ''))
    return nothing('The pipeline ran for a merge request or the like, not for the branch.')
  if (status !== 'success') return nothing('The pipeline has not succeeded, or not yet.')
  return releaseOf(sha)
}

function addressesOf(project: GitlabPush['project']): (string | null | undefined)[] {
  return [project?.git_http_url, project?.git_ssh_url, project?.web_url]
}
