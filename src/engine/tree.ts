import {
  Listr,
  type ListrRenderer,
  type ListrTask,
  ListrTaskEventType,
  ListrTaskState,
  type ListrTaskWrapper,
  type ListrTaskMessage,
} from 'listr2'
import { FlightError } from '../model/errors.ts'
import type { Listener, RunEvent } from '../model/event.ts'

// Asking and applying are trees of tasks that listr2 runs (docs/decisions/0005). A list waits for all of its tasks; an
// error that leaves a task leaves the whole tree, and nothing that was not begun begins.

// What listeners hear of a task: when it begins, when it knows its own tasks, what it tells meanwhile, and how it ends,
// `failed` with the sentence that it failed with.
export type Says = {
  begins?(): RunEvent | undefined
  divides?(): RunEvent
  tells?(text: string): RunEvent
  ends?(how: { failed: string | undefined; seconds: number }): RunEvent | undefined
}

export type Task = ListrTask<unknown, typeof RunEventRenderer>
export type Parent = ListrTaskWrapper<unknown, typeof RunEventRenderer, typeof RunEventRenderer>

// Runs a tree, one task after the other; every error that leaves a task is thrown.
export async function runTree(tasks: Task[], listen: Listener): Promise<void> {
  await new Listr<unknown, typeof RunEventRenderer, typeof RunEventRenderer>(tasks, {
    concurrent: false,
    exitOnError: true, // a list that goes on swallows every error, a bug of ours too
    collectErrors: false,
    registerSignalListeners: false, // an interrupt is the caller's signal
    renderer: RunEventRenderer,
    rendererOptions: { listen },
  }).run()
}

// The tasks of a task, one after the other. A list inherits what it is not told, so it is told everything that counts.
export const inTurn = (parent: Parent, tasks: Task[]) =>
  parent.newListr(tasks, { concurrent: false, exitOnError: true })

// The tasks of a task, at most so many at once.
export const sideBySide = (parent: Parent, tasks: Task[], most: number) =>
  parent.newListr(tasks, { concurrent: Math.max(1, most), exitOnError: true })

// A task whose failure is an outcome: it is handed to `failed`, and the others go on. A bug ends the tree.
export function mayFail(
  task: Omit<Task, 'task' | 'exitOnError'>,
  does: (parent: Parent) => Promise<void>,
  failed: (error: FlightError) => void,
): Task {
  let isBug = false
  return {
    ...task,
    exitOnError: () => isBug,
    task: async (_context, parent) => {
      try {
        await does(parent)
      } catch (error) {
        if (error instanceof FlightError) failed(error)
        else isBug = true
        throw error
      }
    },
  }
}

// Turns what happens in the tree into what listeners hear. It draws nothing: views do, as much as fits.
class RunEventRenderer implements ListrRenderer {
  static readonly nonTTY = true // the same at a terminal and in a pipe
  static rendererOptions: { listen: Listener }
  static rendererTaskOptions: Says
  readonly #tasks: readonly Shown[]
  readonly #listen: Listener

  constructor(tasks: readonly Shown[], { listen }: { listen: Listener }) {
    this.#tasks = tasks
    this.#listen = listen
  }

  render(): void {
    this.#follow(this.#tasks)
  }

  end(): void {}

  #follow(tasks: readonly Shown[]): void {
    for (const task of tasks) {
      const says = task.rendererTaskOptions
      const tell = (event: RunEvent | undefined) => (event === undefined ? undefined : this.#listen(event))
      let began = 0
      const end = (failed?: string) => tell(says?.ends?.({ failed, seconds: (Date.now() - began) / 1000 }))
      task.on(ListrTaskEventType.SUBTASK, (below) => {
        tell(says?.divides?.())
        this.#follow(below)
      })
      if (says === undefined) continue
      task.on(ListrTaskEventType.STATE, (state) => {
        if (state === ListrTaskState.STARTED) {
          began = Date.now()
          tell(says.begins?.())
        } else if (state === ListrTaskState.COMPLETED) end()
      })
      task.on(ListrTaskEventType.OUTPUT, (text) => tell(says.tells?.(text)))
      // A task has failed before it says why.
      task.on(ListrTaskEventType.MESSAGE, ({ error }: ListrTaskMessage) =>
        error === undefined ? undefined : end(error),
      )
    }
  }
}

type Shown = ConstructorParameters<typeof ListrRenderer>[0][number] & { rendererTaskOptions: Says | undefined }
