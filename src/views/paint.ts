import pc from 'picocolors'
import type { Symbol } from './action-view.ts'

export type Paint = ReturnType<typeof pc.createColors>

// Colours, or the same functions that leave the text alone. Never looks at the environment: the caller decides.
export function paintFor(color: boolean): Paint {
  return pc.createColors(color)
}

// A line in the colour of its sign; the sign itself says the same without it.
export function inColorOf(symbol: Symbol | ' ', text: string, paint: Paint): string {
  switch (symbol) {
    case '+':
      return paint.green(text)
    case '~':
      return paint.yellow(text)
    case '-':
      return paint.red(text)
    case '*':
    case '>':
      return paint.cyan(text)
    case '!':
      return paint.bold(paint.red(text))
    case ' ':
      return text
  }
}
