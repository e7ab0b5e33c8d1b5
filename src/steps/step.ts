import type { Step } from '../model/step.ts'

export type StepOf<S extends Step['step']> = Extract<Step, { step: S }>

// Which plan writes: previous contents are kept under its name.
export type StepPlace = { plan: string }

// One sort of step, as shell text. The text may run again after a lost connection: doing it twice does no harm.
// It exits 0 when the step is done; with EXIT_* below when there is more to say than "failed".
export type StepSort<S extends Step['step']> = {
  // A long step runs as a unit of its own that outlives the connection.
  long: boolean
  shell(step: StepOf<S>, place: StepPlace): string
}

// What a step's exit code means beyond failure.
export const EXIT_WOULD_UPGRADE = 91
export const EXIT_UNKNOWN_PACKAGE = 92
export const EXIT_BAD_CONFIGURATION = 93
export const EXIT_KEY_REFUSED = 94
export const EXIT_NOT_LOADED = 95
export const EXIT_UNHEALTHY = 96
