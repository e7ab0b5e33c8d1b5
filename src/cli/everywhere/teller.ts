import type { Teller } from '../../operations/teller.ts'
import type { Everywhere } from './flags.ts'
import { print, printJson, tell } from './output.ts'
import { confirm } from './question.ts'
import { shapeOf } from './text-shape.ts'

// Answers on stdout and asks at the terminal, unless --yes said yes already. With --json stdout has the document alone:
// it goes to `emit`, and what people read goes to stderr.
export function tellerFor(
  flags: Everywhere & { yes: boolean },
  signal: AbortSignal,
  emit: (document: object) => void = printJson,
): Teller {
  return {
    shape: shapeOf(flags.json ? process.stderr : process.stdout, flags),
    show: flags.json ? tell : print,
    remark: (text) => (flags.json ? undefined : print(text)),
    tell,
    document: (document) => (flags.json ? emit(document) : undefined),
    confirm: (question) => (flags.yes ? Promise.resolve() : confirm(question, signal)),
    isDetailed: flags.verbose,
  }
}
