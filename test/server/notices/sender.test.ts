import { writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Receiver } from '../../../src/model/serve-settings.ts'
import { waitAsked } from '../../../src/server/notices/deliver.ts'
import { sender, type Sender } from '../../../src/server/notices/sender.ts'
import { eventually, settled } from '../../support/eventually.ts'
import { aReceiver } from './occurrences.ts'
import { outbox } from './outbox.ts'
import { type Answer, aWebhook, HIDDEN } from './receiver.ts'

const BEGIN = Date.parse('2026-11-23T04:00:00Z')

// A sender with a clock of its own, for receivers that all go to one webhook.
async function withSender(
  answer: Answer,
  names: readonly string[],
  work: (at: Awaited<ReturnType<typeof start>>) => Promise<void>,
  timeout?: number,
): Promise<void> {
  const at = await start(answer, names, timeout)
  try {
    await work(at)
  } finally {
    await at.sending.stop()
    await at.webhook.close()
    const told = JSON.stringify([at.logged, at.store.all.map(({ error }) => error)])
    assert.not.match(told, new RegExp(`${HIDDEN}|127\\.0\\.0\\.1|${at.webhook.port}`), 'where it goes is told nowhere')
  }
}

async function start(answer: Answer, names: readonly string[], timeout = 600_000) {
  const webhook = await aWebhook(answer)
  const store = outbox()
  const logged: unknown[] = []
  const counted: string[] = []
  let clock = BEGIN
  const receivers: Receiver[] = names.map((name) => aReceiver({ name, urlFile: webhook.file }))
  const note = (fields: object, message: string) => logged.push({ ...fields, message })
  const sending: Sender = sender(store, () => receivers, {
    fetch,
    now: () => new Date(clock),
    log: { warn: note, error: note },
    counted: (target, outcome) => counted.push(`${target} ${outcome}`),
    timeout,
  })
  const post = async (target: string, ...bodies: unknown[]) => {
    const now = new Date(clock).toISOString()
    await store.post(bodies.map((body) => ({ target, at: now, due: now, body })))
    sending.wake()
  }
  const pass = (seconds: number) => {
    clock += seconds * 1000
    sending.wake()
  }
  return {
    webhook,
    store,
    logged,
    counted,
    receivers,
    sending,
    post,
    pass,
    dueIn: (index = 0) => (Date.parse(store.all[index]?.due ?? '') - clock) / 1000,
  }
}

const status =
  (code: number, headers = {}): Answer =>
  (answer) =>
    answer.writeHead(code, headers).end('no matter')

test('what is posted arrives as it is, in order', async () => {
  await withSender(status(200), ['team'], async ({ webhook, store, counted, post }) => {
    await post('team', { id: 'a', text: 'ü' }, { id: 'b' }, { id: 'c' })
    await eventually(() => store.all.every(({ is }) => is === 'sent'))
    assert.equal(
      webhook.heard.map(({ body }) => JSON.parse(body).id),
      ['a', 'b', 'c'],
    )
    assert.is(webhook.heard[0]?.body, '{"id":"a","text":"ü"}')
    assert.is(webhook.heard[0]?.path, `/services/${HIDDEN}`)
    assert.is(webhook.heard[0]?.headers['content-type'], 'application/json')
    assert.equal(counted, ['team sent', 'team sent', 'team sent'])
  })
})

test('a receiver that fails is tried again with growing pauses, and then given up', async () => {
  await withSender(status(503), ['team'], async ({ webhook, store, logged, counted, post, pass, dueIn }) => {
    await post('team', {})
    for (const [index, pause] of [10, 60, 300, 900, 3600].entries()) {
      await eventually(() => store.all[0]?.tries === index + 1)
      assert.is(dueIn(), pause)
      pass(pause - 1)
      await settled()
      assert.is(webhook.heard.length, index + 1, 'not before it is due')
      pass(1)
    }
    await eventually(() => store.all[0]?.is === 'given up')
    assert.is(webhook.heard.length, 6)
    assert.is(store.all[0]?.error, 'answered 503')
    assert.is(counted.at(-1), 'team given up')
    assert.is((logged.at(-1) as { message: string }).message, 'a notice is given up')
  })
})

test('one that comes back gets what it missed', async () => {
  let down = true
  await withSender(
    (answer, heard) => status(down ? 500 : 204)(answer, heard),
    ['team'],
    async ({ webhook, store, post, pass }) => {
      await post('team', { id: 'a' })
      await eventually(() => store.all[0]?.tries === 1)
      down = false
      pass(10)
      await eventually(() => store.all[0]?.is === 'sent')
      assert.equal(
        webhook.heard.map(({ body }) => body),
        ['{"id":"a"}', '{"id":"a"}'],
      )
    },
  )
})

for (const code of [400, 401, 403, 404, 410]) {
  test(`${code} is given up at once`, async () => {
    await withSender(status(code), ['team'], async ({ webhook, store, post }) => {
      await post('team', {})
      await eventually(() => store.all[0]?.is === 'given up')
      assert.is(webhook.heard.length, 1)
    })
  })
}

for (const code of [408, 429, 500, 302]) {
  test(`${code} is not`, async () => {
    await withSender(status(code), ['team'], async ({ store, post }) => {
      await post('team', {})
      await eventually(() => store.all[0]?.tries === 1)
      assert.is(store.all[0]?.is, 'open')
    })
  })
}

test('Retry-After is waited for, up to an hour, and never shortens a pause', async () => {
  for (const [header, seconds] of [
    ['120', 120],
    ['3', 10],
    ['999999999', 3600],
    ['soon', 10],
  ] as const) {
    await withSender(status(429, { 'retry-after': header }), ['team'], async ({ store, post, dueIn }) => {
      await post('team', {})
      await eventually(() => store.all[0]?.tries === 1)
      assert.is(dueIn(), seconds)
    })
  }
  const now = new Date(BEGIN)
  assert.is(waitAsked(new Date(BEGIN + 30_000).toUTCString(), now), 30_000)
  assert.is(waitAsked(new Date(BEGIN - 30_000).toUTCString(), now), 0)
  assert.is(waitAsked(null, now), 0)
})

test('a redirect is not followed', async () => {
  await withSender(
    (answer, { path }) => answer.writeHead(path === '/other' ? 200 : 307, { location: '/other' }).end(),
    ['team'],
    async ({ webhook, store, post }) => {
      await post('team', {})
      await eventually(() => store.all[0]?.tries === 1)
      assert.equal(
        webhook.heard.map(({ path }) => path),
        [`/services/${HIDDEN}`],
      )
    },
  )
})

test('one that never answers, resets, or talks without end holds nothing up', async () => {
  const slow = await aWebhook(() => undefined)
  const resetting = await aWebhook((answer) => answer.socket?.resetAndDestroy())
  const endless = await aWebhook((answer) => {
    answer.writeHead(200)
    const talk = () => {
      while (!answer.destroyed && answer.write('x'.repeat(65_536)));
    }
    answer.on('drain', talk)
    talk()
  })
  const gone = await aWebhook(status(200))
  writeFileSync(`${slow.folder}/gone.url`, `http://127.0.0.1:${gone.port}/${HIDDEN}`)
  await gone.close()
  const names = ['team', 'slow', 'reset', 'endless', 'gone']
  const work: Parameters<typeof withSender>[2] = async ({ receivers, store, post }) => {
    for (const [index, urlFile] of [slow.file, resetting.file, endless.file, `${slow.folder}/gone.url`].entries())
      receivers[index + 1] = { ...(receivers[index + 1] as Receiver), urlFile }
    for (const name of ['slow', 'reset', 'endless', 'gone', 'team']) await post(name, {})
    await eventually(() => store.all.every(({ is, tries }) => is === 'sent' || tries === 1))
    const told = Object.fromEntries(store.all.map(({ target, is, error }) => [target, error ?? is]))
    assert.equal(told, {
      slow: 'did not answer in time',
      reset: told['reset'],
      endless: 'sent',
      gone: 'could not be sent: ECONNREFUSED',
      team: 'sent',
    })
    assert.match(told['reset'] ?? '', /^could not be sent: (ECONNRESET|UND_ERR_SOCKET)$/)
  }
  await withSender(status(200), names, work, 3000)
  for (const webhook of [slow, resetting, endless]) await webhook.close()
})

test('four at once, and one to each receiver', async () => {
  let [under, most] = [0, 0]
  const names = Array.from({ length: 9 }, (_, index) => `r${index}`)
  const answer: Answer = (response) => {
    under += 1
    most = Math.max(most, under)
    setTimeout(() => {
      under -= 1
      response.writeHead(200).end()
    }, 20)
  }
  await withSender(answer, names, async ({ webhook, store, post }) => {
    for (const name of names) await post(name, 1, 2, 3)
    await eventually(() => store.all.every(({ is }) => is === 'sent'))
    assert.is(webhook.heard.length, 27, 'each once')
    assert.is(most, 4)
  })
})

test('the address is read when it is sent; where there is none it waits, and says why', async () => {
  await withSender(status(200), ['team'], async ({ webhook, store, receivers, post, pass }) => {
    receivers[0] = aReceiver({ name: 'team', urlFile: `${webhook.folder}/later.url` })
    await post('team', {})
    const faults = [
      ['', 'holds no address'],
      ['not an address', 'holds no address'],
      [`file:///etc/${HIDDEN}`, 'neither https nor http'],
      [`https://u:${HIDDEN}@example.com/`, 'a user or a password'],
    ] as const
    await eventually(() => store.all[0]?.tries === 1)
    assert.match(store.all[0]?.error ?? '', 'later.url cannot be read: ENOENT')
    for (const [index, [written, fault]] of faults.entries()) {
      writeFileSync(`${webhook.folder}/later.url`, written)
      pass(3600)
      await eventually(() => store.all[0]?.tries === index + 2)
      assert.match(store.all[0]?.error ?? '', fault)
    }
    writeFileSync(`${webhook.folder}/later.url`, `  http://127.0.0.1:${webhook.port}/${HIDDEN}\n\n`)
    pass(3600)
    await eventually(() => store.all[0]?.is === 'sent')
  })
})

test('a receiver that flight.yml no longer has is not told', async () => {
  await withSender(status(200), ['team'], async ({ store, receivers, post }) => {
    receivers.length = 0
    await post('team', {})
    await eventually(() => store.all[0]?.is === 'given up')
    assert.match(store.all[0]?.error ?? '', 'no receiver of this name')
  })
})

test('stop ends it at once, and what was under way is sent the next time', async () => {
  let isDown = true
  await withSender(
    (answer) => (isDown ? undefined : answer.writeHead(200).end()),
    ['team'],
    async ({ webhook, store, receivers, sending, post }) => {
      await post('team', { id: 'a' })
      await eventually(() => webhook.heard.length === 1)
      await sending.stop() // long before it would be given up
      assert.equal([store.all[0]?.is, store.all[0]?.tries], ['open', 0])
      isDown = false
      const next = sender(store, () => receivers, {
        fetch,
        now: () => new Date(BEGIN),
        log: { warn: () => undefined, error: () => undefined },
        counted: () => undefined,
      })
      await eventually(() => store.all[0]?.is === 'sent')
      await next.stop()
    },
  )
})

test('a store that fails is asked again, and nothing falls', async () => {
  await withSender(status(200), ['team'], async ({ store, logged, sending, post }) => {
    const { notices } = store
    store.notices = async () => Promise.reject(new Error('disk full'))
    await post('team', {})
    await eventually(() => logged.length > 0)
    store.notices = notices
    sending.wake()
    await eventually(() => store.all[0]?.is === 'sent')
    assert.match((logged[0] as { message: string }).message, 'outbox')
  })
})

test('what arrived and could not be written down is not told again', async () => {
  await withSender(status(200), ['team'], async ({ webhook, store, sending, logged, post }) => {
    const { sent } = store
    store.sent = async () => Promise.reject(new Error('disk full'))
    await post('team', { id: 'a' })
    await eventually(() => logged.length > 0)
    sending.wake()
    await eventually(() => logged.length > 1)
    store.sent = sent
    sending.wake()
    await eventually(() => store.all[0]?.is === 'sent')
    assert.is(webhook.heard.length, 1)
  })
})

test.run()
