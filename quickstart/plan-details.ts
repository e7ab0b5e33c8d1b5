import { stripVTControlCharacters } from 'node:util'

// `web-1: 61 actions`, `web-1, web-2: the same 5 actions on 2 servers`, `== Stage 2 of 4: deploy`
const HEADING = /^(?:== Stage \d|.+: (?:the same )?\d+ actions?(?: on \d+ servers)?$)/
const END = /^Plan \w+$/

// Passes on what flight says, without the details of its plans: there it says how many lines these are.
export function withoutDetails(write: (line: string) => void): (line: string) => void {
  let left = 0
  return (line) => {
    const plain = stripVTControlCharacters(line)
    if (HEADING.test(plain) || (left > 0 && /^(?: |$)/.test(plain))) {
      left += 1
      return
    }
    if (left > 0) write(`  … ${left} more lines: on which server, in which order, what is in each file\n`)
    left = 0
    // It is done at once: the next line comes a long time later.
    if (!END.test(plain)) write(line)
  }
}
