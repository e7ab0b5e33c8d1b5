import { createHmac } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { repositoryOf } from '../../../src/server/http/webhook-event.ts'
import { signingToken, webhookSecret } from '../../../src/server/http/webhook-secret.ts'
import type { ReleaseOn } from '../../../src/model/definitions.ts'
import { aFront, anApp, COMMIT, KEY, type Front } from './front.ts'

// Parts of what the providers send, as they send them.
const REPOSITORY = {
  id: 35129377,
  full_name: 'acme/shop',
  html_url: 'https://github.com/acme/shop',
  clone_url: 'https://github.com/acme/shop.git',
  ssh_url: 'git@github.com:acme/shop.git',
  fork: false,
}
const RUN = {
  id: 9,
  name: 'tests',
  path: '.github/workflows/ci.yml',
  head_branch: 'main',
  head_sha: COMMIT,
  event: 'push',
  status: 'completed',
  conclusion: 'success',
  head_repository: { id: 35129377, full_name: 'acme/shop' },
  pull_requests: [],
}
const workflowRun = (run: object = {}, more: object = {}) => ({
  action: 'completed',
  workflow_run: { ...RUN, ...run },
  repository: REPOSITORY,
  ...more,
})
const push = (more: object = {}) => ({
  ref: 'refs/heads/main',
  before: '0'.repeat(40),
  after: COMMIT,
  deleted: false,
  repository: REPOSITORY,
  ...more,
})
const PROJECT = {
  id: 1,
  web_url: 'https://gitlab.com/acme/shop',
  git_ssh_url: 'git@gitlab.com:acme/shop.git',
  git_http_url: 'https://gitlab.com/acme/shop.git',
  path_with_namespace: 'acme/shop',
}
const pipeline = (attributes: object = {}, more: object = {}) => ({
  object_kind: 'pipeline',
  object_attributes: { id: 31, ref: 'main', tag: false, sha: COMMIT, source: 'push', status: 'success', ...attributes },
  merge_request: null,
  project: PROJECT,
  ...more,
})
const gitlabPush = (more: object = {}) => ({
  object_kind: 'push',
  ref: 'refs/heads/main',
  after: COMMIT,
  checkout_sha: COMMIT,
  project: PROJECT,
  ...more,
})

type Hooked = Front & {
  secret: string
  signing: string
  github(event: string, payload: unknown, headers?: Record<string, string>): Promise<Response>
  gitlab(event: string, payload: unknown, headers?: Record<string, string>): Promise<Response>
}

function hooked(
  releaseOn: ReleaseOn | undefined = { branch: 'main', workflow: 'tests' },
  repo = 'git@github.com:acme/shop.git',
): Hooked {
  const front = aFront()
  front.desk.served = [anApp('shop', { releaseOn, repo })]
  front.token('webhook', 'shop', { name: 'repository of shop' })
  const id = front.desk.tokensKept[0]?.id ?? ''
  const secret = webhookSecret(KEY, id)
  const send = (payload: unknown, headers: Record<string, string>) =>
    front.post('/v1/apps/shop/webhook', payload, { headers })
  return {
    ...front,
    secret,
    signing: signingToken(KEY, id),
    github: (event, payload, headers = {}) =>
      send(payload, {
        'x-github-event': event,
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(JSON.stringify(payload)).digest('hex')}`,
        ...headers,
      }),
    gitlab: (event, payload, headers = {}) =>
      send(payload, {
        'x-gitlab-event': event,
        'x-gitlab-event-uuid': '13792a34-cac6-4fda-95a8-c58e00a3954e',
        'x-gitlab-token': secret,
        ...headers,
      }),
  }
}

async function why(answer: Response): Promise<string> {
  return `${answer.status} ${((await answer.json()) as { why?: string }).why ?? ''}`
}

test('a workflow of GitHub that succeeded on the branch releases its commit, once for each delivery', async () => {
  const front = hooked()
  const answers = [await front.github('workflow_run', workflowRun()), await front.github('workflow_run', workflowRun())]
  assert.equal(
    answers.map(({ status }) => status),
    [202, 202],
  )
  const [request, ...more] = await front.desk.store.requests({ limit: 9 })
  assert.equal(
    [request?.wish, request?.key, request?.by, more.length],
    [
      { does: 'release', commit: COMMIT, ref: 'refs/heads/main', older: false },
      'github:72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'webhook repository of shop',
      0,
    ],
  )
  assert.equal([front.audit[0]?.who, front.audit[0]?.request], ['webhook repository of shop', 1])
  assert.is((await hooked({ branch: 'main', workflow: 'ci.yml' }).github('workflow_run', workflowRun())).status, 202)
})

test('every other event of GitHub does nothing, and says why', async () => {
  const cases: [string, object, RegExp][] = [
    ['ping', { zen: 'Keep it logically awesome.', hook_id: 1 }, /pong/],
    ['workflow_run', workflowRun({}, { action: 'requested' }), /not ended/],
    ['workflow_run', workflowRun({ conclusion: 'failure' }), /did not succeed/],
    ['workflow_run', workflowRun({ head_branch: 'feature' }), /another branch/],
    ['workflow_run', workflowRun({ name: 'lint', path: '.github/workflows/lint.yml' }), /another workflow/],
    ['workflow_run', workflowRun({ event: 'pull_request' }), /pull request/],
    ['workflow_run', workflowRun({ event: 'pull_request_target' }), /pull request/],
    ['workflow_run', workflowRun({ head_repository: { id: 666, full_name: 'evil/shop' } }), /fork/],
    ['workflow_run', workflowRun({ head_repository: null }), /fork/],
    ['workflow_run', workflowRun({ head_sha: '--upload-pack' }), /no commit/],
    [
      'workflow_run',
      workflowRun(
        {},
        {
          repository: {
            ...REPOSITORY,
            html_url: 'https://github.com/evil/shop',
            clone_url: 'https://github.com/evil/shop.git',
            ssh_url: null,
          },
        },
      ),
      /not the repository/,
    ],
    ['workflow_run', { action: 'completed' }, /not the repository/],
    ['push', push(), /by its workflow/],
    ['issues', push(), /releases nothing/],
  ]
  for (const [event, payload, words] of cases) {
    const front = hooked()
    assert.match(await why(await front.github(event, payload)), words)
    assert.is((await front.desk.store.requests({ limit: 1 })).length, 0)
  }
  assert.match(
    await why(await hooked({ branch: 'main', workflow: undefined }).github('workflow_run', workflowRun())),
    /by a push/,
  )
  const never = hooked()
  never.desk.served = [anApp('shop', { releaseOn: undefined })]
  assert.match(await why(await never.github('push', push())), /does not say/)
})

test('a push releases where no workflow is named', async () => {
  const front = hooked({ branch: 'main', workflow: undefined })
  assert.is((await front.github('push', push())).status, 202)
  assert.match(await why(await front.github('push', push({ ref: 'refs/tags/main' }))), /another branch/)
  assert.match(await why(await front.github('push', push({ deleted: true, after: '0'.repeat(40) }))), /deleted/)
  const gitlab = hooked({ branch: 'main', workflow: undefined }, 'https://gitlab.com/acme/shop')
  assert.is((await gitlab.gitlab('Push Hook', gitlabPush())).status, 202)
  assert.match(await why(await gitlab.gitlab('Push Hook', gitlabPush({ after: '0'.repeat(40) }))), /no commit/)
  assert.match(await why(await gitlab.gitlab('Pipeline Hook', pipeline())), /by a push/)
})

test('a pipeline of GitLab that succeeded on the branch releases its commit, no other does', async () => {
  const repo = 'ssh://git@altssh.gitlab.com:443/acme/shop.git'
  const front = hooked(undefined, repo)
  assert.is((await front.gitlab('Pipeline Hook', pipeline())).status, 202)
  assert.is((await front.desk.store.request(1))?.key, 'gitlab:13792a34-cac6-4fda-95a8-c58e00a3954e')
  const cases: [string, object, RegExp][] = [
    ['Pipeline Hook', pipeline({ status: 'running' }), /not succeeded/],
    ['Pipeline Hook', pipeline({ ref: 'feature' }), /another branch/],
    ['Pipeline Hook', pipeline({ tag: true }), /tag/],
    ['Pipeline Hook', pipeline({ source: 'merge_request_event' }), /merge request/],
    ['Pipeline Hook', pipeline({ source: 'parent_pipeline' }), /or the like/],
    ['Pipeline Hook', pipeline({}, { merge_request: { iid: 1 } }), /merge request/],
    [
      'Pipeline Hook',
      pipeline(
        {},
        { project: { ...PROJECT, web_url: 'https://gitlab.com/evil/shop', git_http_url: '', git_ssh_url: '' } },
      ),
      /not the repository/,
    ],
    ['Push Hook', gitlabPush(), /by its pipeline/],
    ['Job Hook', pipeline(), /releases nothing/],
  ]
  for (const [event, payload, words] of cases)
    assert.match(await why(await hooked(undefined, repo).gitlab(event, payload)), words)
})

test('an event whose fields have another form than the host sends is refused, with the field', async () => {
  const front = hooked()
  const cases: [object, RegExp][] = [
    [workflowRun({ head_sha: 7 }), /workflow_run\.head_sha must be text or empty, is 7/],
    [workflowRun({}, { repository: 'acme/shop' }), /repository must be a mapping or empty, is \\"acme/],
    [workflowRun({ head_repository: { id: 'x' } }), /head_repository\.id must be a whole number/],
  ]
  for (const [payload, words] of cases) {
    const answer = await front.github('workflow_run', payload)
    assert.is(answer.status, 400)
    assert.match(await answer.text(), words)
  }
  assert.match(await why(await front.github('issues', { repository: 7 })), /releases nothing/)
})

test('wrong, missing and foreign signatures are refused, whoever sends them', async () => {
  const front = hooked()
  const body = JSON.stringify(workflowRun())
  const sign = (secret: string, text = body) => `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`
  const bad: Record<string, string>[] = [
    { 'x-github-event': 'push', 'x-hub-signature-256': sign('other') },
    { 'x-github-event': 'push', 'x-hub-signature-256': sign(front.secret, `${body} `) },
    { 'x-github-event': 'push', 'x-hub-signature-256': '' },
    { 'x-github-event': 'push', 'x-gitlab-token': front.secret },
    { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': 'other' },
    {},
  ]
  for (const headers of bad)
    assert.is(
      (await front.post('/v1/apps/shop/webhook', body, { headers, from: `10.0.0.${bad.indexOf(headers)}` })).status,
      401,
      JSON.stringify(headers),
    )
  Object.assign(front.desk.tokensKept[0] as object, { revoked: '2026-05-01T00:00:00.000Z' })
  assert.is((await front.github('ping', {})).status, 401)
  assert.is((await front.post('/v1/apps/none/webhook', body, { headers: { 'x-github-event': 'ping' } })).status, 401)
})

test('what GitLab signs is believed for five minutes, and a good token does not save a bad signature', async () => {
  const front = hooked(undefined, 'https://gitlab.com/acme/shop.git')
  const body = JSON.stringify(pipeline())
  const seconds = Math.floor(front.clock.now.getTime() / 1000)
  const signed = (time: number, text = body) =>
    `v1,${createHmac('sha256', Buffer.from(front.signing.replace('whsec_', ''), 'base64'))
      .update(`msg_1.${time}.${text}`)
      .digest('base64')}`
  const send = (time: number, signature: string) =>
    front.post('/v1/apps/shop/webhook', body, {
      headers: {
        'x-gitlab-event': 'Pipeline Hook',
        'x-gitlab-token': front.secret,
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(time),
        'webhook-signature': signature,
      },
    })
  assert.is((await send(seconds - 299, signed(seconds - 299))).status, 202)
  assert.is((await send(seconds, `v1,AAAA ${signed(seconds)}`)).status, 202)
  assert.is((await send(seconds - 301, signed(seconds - 301))).status, 401)
  assert.is((await send(seconds + 301, signed(seconds + 301))).status, 401)
  assert.is((await send(seconds, signed(seconds, `${body} `))).status, 401)
  assert.equal(
    (await front.desk.store.requests({ limit: 9 })).map(({ key }) => key),
    ['gitlab:msg_1'],
  )
})

test('a large event is read, a larger one is not, and only JSON is', async () => {
  const front = hooked()
  assert.is((await front.github('workflow_run', workflowRun({ text: 'x'.repeat(1_000_000) }))).status, 202)
  assert.is((await front.github('workflow_run', workflowRun({ text: 'x'.repeat(6_000_000) }))).status, 413)
  assert.is((await front.github('ping', {}, { 'content-type': 'application/x-www-form-urlencoded' })).status, 415)
})

test('a repository is the same whichever way it is written', () => {
  for (const address of [
    'git@github.com:Acme/Shop.git',
    'ssh://git@github.com/acme/shop',
    'ssh://git@ssh.github.com:443/acme/shop.git',
    'https://user:pass@GitHub.com/acme/shop.git/',
    'https://github.com:443/acme/shop',
    'github.com:acme/shop',
  ]) {
    assert.is(repositoryOf(address), 'github.com/acme/shop', address)
  }
  for (const address of ['/srv/git/shop.git', './shop', 'shop', ''])
    assert.is(repositoryOf(address), undefined, address)
})

test('wrong deliveries are held off, and no right one from the same address', async () => {
  const { front, deliver } = guessed()
  for (let n = 0; n < 10; n++) assert.is((await deliver('sha256=00')).status, 401)
  assert.is((await deliver('sha256=00')).status, 429)
  assert.is((await deliver(undefined)).status, 429)
  assert.is((await deliver('right')).status, 202)
  assert.is((await front.ask('/v1/ping', { token: front.token('ping', null) })).status, 200)
})

// A repository's host, from one address: with this signature, or the right one.
function guessed(): { front: Front; deliver(signature: string | undefined): Promise<Response> } {
  const front = aFront()
  front.token('webhook', 'shop')
  const secret = webhookSecret(KEY, front.desk.tokensKept.at(-1)?.id ?? '')
  const body = JSON.stringify(workflowRun())
  const right = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  const deliver = (signature: string | undefined) =>
    front.ask('/v1/apps/shop/webhook', {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'workflow_run',
        ...(signature === undefined ? {} : { 'x-hub-signature-256': signature === 'right' ? right : signature }),
      },
    })
  return { front, deliver }
}

test.run()
