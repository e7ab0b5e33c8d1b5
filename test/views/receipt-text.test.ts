import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Receipt, ReceiptAction } from '../../src/model/receipt.ts'
import { receiptText } from '../../src/views/receipt-text.ts'
import { isExpected } from './expected.ts'
import { DIGEST } from './plans.ts'

function anAction(address: string, more: Partial<ReceiptAction> = {}): ReceiptAction {
  return { address, verb: 'create', feature: 'nginx', outcome: 'done', seconds: 0.2, ...more }
}

const done: Receipt = {
  format: 1,
  plan: DIGEST,
  outcome: 'done',
  who: 'ada',
  from: 'bastion',
  began: '2026-05-04T03:02:01.000Z',
  ended: '2026-05-04T03:03:14.000Z',
  seconds: 73,
  releases: [],
  servers: ['web-1', 'web-2'].map((name) => ({
    name,
    outcome: 'done',
    converged: true,
    seconds: 71.4,
    actions: [anAction(`${name}/package/nginx`), anAction(`${name}/file//etc/a`, { outcome: 'already' })],
  })),
  problems: [],
}

const failed: Receipt = {
  ...done,
  outcome: 'failed',
  servers: [
    ...done.servers,
    {
      name: 'worker-1',
      outcome: 'failed',
      converged: false,
      seconds: 12,
      actions: [
        anAction('worker-1/package/nginx'),
        anAction('worker-1/service/nginx.service', {
          verb: 'reload',
          outcome: 'failed',
          error:
            'nginx: [emerg] unknown directive "lsten" in /etc/nginx/nginx.conf:3; the previous files are back in place',
        }),
        ...Array.from({ length: 20 }, (_, index) =>
          anAction(`worker-1/file//etc/cron.d/${index}`, { outcome: 'not begun', seconds: 0 }),
        ),
      ],
    },
    {
      name: 'worker-2',
      outcome: 'unreachable',
      converged: false,
      seconds: 10,
      actions: [anAction('worker-2/user/shop', { outcome: 'not begun' })],
    },
    { name: 'worker-3', outcome: 'done', converged: false, seconds: 10, actions: [anAction('worker-3/user/shop')] },
  ],
  problems: [
    {
      code: 'FLIGHT_BAD_CONFIGURATION',
      where: 'worker-1/service/nginx.service',
      what: 'the configuration does not pass nginx -t',
      hint: 'correct the file, then run it again',
    },
    { code: 'FLIGHT_UNREACHABLE', where: 'worker-2', what: 'no answer within 10 s' },
  ],
}

test('what was done, on every server, and by whom', () => {
  isExpected('receipt-done.txt', receiptText(done, { color: false, width: 80, file: '/state/receipts/1.json' }))
})

test('where it stopped, what was not begun, and what to do next', () => {
  isExpected('receipt-failed.txt', receiptText(failed, { color: false, width: 80 }))
  isExpected(
    'receipt-interrupted.txt',
    receiptText({ ...failed, outcome: 'interrupted', problems: [] }, { color: false, width: 80 }),
  )
})

test('what was taken back: a release, or the push of an environment file', () => {
  const back: Receipt = {
    ...done,
    outcome: 'went back',
    servers: done.servers.map((server) => ({
      ...server,
      outcome: server.name === 'web-2' ? 'failed' : 'done',
      converged: false,
      actions: [
        anAction(`${server.name}/push/shop/20260504T030201Z-3f9a1c/write`, {
          verb: 'update',
          feature: 'environment file of shop',
        }),
        ...(server.name === 'web-2'
          ? [
              anAction('web-2/push/shop/20260504T030201Z-3f9a1c/rebuild', {
                verb: 'run',
                feature: 'environment file of shop',
                outcome: 'failed',
                error: 'the configuration that 3f9a1c2b7d04-1 caches cannot be made of it (exit code 1)',
              }),
            ]
          : []),
      ],
    })),
  }
  const release = {
    app: 'shop',
    does: 'release',
    name: '3f9a1c2b7d04-1',
    commit: 'a',
    tree: 'b',
    subject: 'First',
    artifact: '',
    composerLock: '',
  } as const
  isExpected(
    'receipt-push-back.txt',
    receiptText(
      { ...back, pushes: [{ app: 'shop', does: 'push', id: '20260504T030201Z-3f9a1c' }] },
      { color: false, width: 80 },
    ),
  )
  assert.match(
    receiptText({ ...back, releases: [release], servers: [] }, { color: false, width: 80 }),
    /^Went live and was taken back: plan/,
  )
})

test('an error that a server sent does not reach the terminal as it is', () => {
  const servers = failed.servers.map((server) => ({
    ...server,
    actions: [anAction('a/file/b', { outcome: 'failed', error: '\u001b[2Jgone\nDone' })],
  }))
  const text = receiptText({ ...failed, servers }, { color: false, width: 80 })
  assert.not.ok(text.includes('\u001b'))
  assert.not.match(text, /^Done/m)
})

test.run()
