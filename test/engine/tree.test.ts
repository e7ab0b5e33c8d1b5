import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { inTurn, mayFail, runTree, type Says, sideBySide, type Task } from '../../src/engine/tree.ts'
import { FlightError } from '../../src/model/errors.ts'
import type { RunEvent } from '../../src/model/event.ts'

const REFUSAL = new FlightError({ code: 'FLIGHT_STEP_FAILED', where: 'web-1', what: 'it was made to fail' })
const nobody = () => undefined

async function errorOf(tasks: Task[]): Promise<unknown> {
  try {
    await runTree(tasks, nobody)
  } catch (error) {
    return error
  }
  return undefined
}

// A leaf below a stage and a server, as an apply has them.
const below = (leaf: Task): Task => ({
  title: 'stage',
  task: (_context, stage) =>
    sideBySide(stage, [{ title: 'web-1', task: (_inner, server) => inTurn(server, [leaf]) }], 4),
})

for (const [what, leaf] of Object.entries<(bug: Error) => Task>({
  'a task': (bug) => ({ task: () => Promise.reject(bug) }),
  'a task that may fail': (bug) => mayFail({}, () => Promise.reject(bug), nobody),
  'what says whether a task begins': (bug) => ({
    enabled: () => {
      throw bug
    },
    task: nobody,
  }),
  'what a task says': (bug) => ({
    rendererOptions: {
      begins: () => {
        throw bug
      },
    },
    task: nobody,
  }),
}))
  test(`a bug in ${what} ends the tree and reaches the caller`, async () => {
    const bug = new Error('bug: on purpose')
    let later = false
    assert.is(await errorOf([below(leaf(bug)), { task: () => void (later = true) }]), bug)
    assert.not(later)
  })

test('a failure that is an outcome is kept, and the others go on', async () => {
  const failed: FlightError[] = []
  const done: string[] = []
  const leaf = (name: string, error?: FlightError) =>
    mayFail(
      { title: name },
      async () => {
        if (error !== undefined) throw error
        done.push(name)
      },
      (each) => failed.push(each),
    )
  await runTree(
    [
      { task: (_context, parent) => inTurn(parent, [leaf('first', REFUSAL), leaf('second')]) },
      { task: () => void done.push('next') },
    ],
    nobody,
  )
  assert.equal([failed, done], [[REFUSAL], ['second', 'next']])
})

test('a refusal that is none leaves the tree as it was thrown', async () => {
  assert.is(await errorOf([below({ task: () => Promise.reject(REFUSAL) })]), REFUSAL)
})

test('no more tasks of a list run at once than it is told, whatever the list around it says', async () => {
  let running = 0
  let most = 0
  const leaf: Task = {
    task: async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running--
    },
  }
  const leaves = Array.from({ length: 12 }, () => leaf)
  await runTree([{ task: (_context, parent) => sideBySide(parent, leaves, 3) }], nobody)
  assert.is(most, 3)
  most = 0
  await runTree(
    [
      {
        task: (_context, parent) => sideBySide(parent, [{ task: (_inner, each) => inTurn(each, leaves) }], 8),
      },
    ],
    nobody,
  )
  assert.is(most, 1)
})

test('listeners hear each task as it goes, and nothing of one that was not begun', async () => {
  const heard: string[] = []
  const note = (text: string): RunEvent => ({ event: 'note', text })
  const says = (name: string): Says => ({
    begins: () => note(`${name} begins`),
    tells: (text) => note(`${name}: ${text}`),
    ends: ({ failed }) => note(`${name} ${failed === undefined ? 'is done' : `failed: ${failed}`}`),
  })
  let isOver = false
  await runTree(
    [
      {
        rendererOptions: { divides: () => note('stage') },
        task: (_context, parent) =>
          inTurn(parent, [
            { rendererOptions: says('one'), task: (_inner, task) => void (task.output = '7 of 9 %s \u001b[31m') },
            mayFail(
              { rendererOptions: says('two') },
              () => Promise.reject(REFUSAL),
              () => (isOver = true),
            ),
            { enabled: () => !isOver, rendererOptions: says('three'), task: nobody },
          ]),
      },
    ],
    (event) => event.event === 'note' && heard.push(event.text),
  )
  assert.equal(heard, [
    'stage',
    'one begins',
    'one: 7 of 9 %s \u001b[31m',
    'one is done',
    'two begins',
    'two failed: web-1: it was made to fail',
  ])
})

test('a running tree listens to no signal of its process and writes nothing', async () => {
  const before = process.listenerCount('SIGINT')
  const { write } = process.stdout
  let written = 0
  await runTree(
    [
      {
        task: async () => {
          assert.is(process.listenerCount('SIGINT'), before)
          process.stdout.write = () => ++written > 0
          await Promise.resolve()
        },
      },
      below({ task: nobody }),
      { task: () => void (process.stdout.write = write) },
    ],
    nobody,
  ).finally(() => (process.stdout.write = write))
  assert.is(written, 0)
})

test.run()
