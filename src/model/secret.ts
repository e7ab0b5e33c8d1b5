import { inspect } from 'node:util'

// A value that prints as «secret» wherever it is shown: templates, JSON, logs, errors. Only reveal() gives it away.
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '«secret»'
  }

  toJSON(): string {
    return '«secret»'
  }

  [inspect.custom](): string {
    return '«secret»'
  }
}
