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

// A merge request's pipeline has its code; a child pipeline is only a part of one.
const OWN_PIPELINES = ['push', 'web', 'api', 'schedule', 'trigger', 'pipeline', 'chat']

// What an event of GitLab means for the app. A commit has one pipeline
// there: which workflow is named does not matter, that one is does.
export function meaningOnGitlab(event: string, payload: Payload, { repo, releaseOn }: WebhookApp): Meaning {
  const project = part(payload, 'project')
  if (!isSameRepository(repo, [project['git_http_url'], project['git_ssh_url'], project['web_url']]))
    return nothing(NOT_ITS_REPOSITORY)
  if (releaseOn === undefined) return nothing(NEVER)
  if (event === 'Push Hook') {
    if (releaseOn.workflow !== undefined) return nothing('The app is released by its pipeline, not by a push.')
    return payload['ref'] === `refs/heads/${releaseOn.branch}`
      ? releaseOf(payload['after'])
      : nothing('The push was to another branch.')
  }
  if (event !== 'Pipeline Hook') return nothing('This event releases nothing.')
  if (releaseOn.workflow === undefined) return nothing('The app is released by a push, not by a pipeline.')
  const pipeline = part(payload, 'object_attributes')
  const request = payload['merge_request']
  if (pipeline['ref'] !== releaseOn.branch || pipeline['tag'] === true)
    return nothing('The pipeline ran for another branch, or for a tag.')
  if (
    (request !== undefined && request !== null) ||
    typeof pipeline['source'] !== 'string' ||
    !OWN_PIPELINES.includes(pipeline['source'])
  )
    return nothing('The pipeline ran for a merge request or the like, not for the branch.')
  if (pipeline['status'] !== 'success') return nothing('The pipeline has not succeeded, or not yet.')
  return releaseOf(pipeline['sha'])
}
