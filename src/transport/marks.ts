// Hands on what comes before a mark, as it comes, and nothing from
// the mark on. Of an end that may begin the mark it waits for more.
export function beforeMark(mark: Buffer, tell: (chunk: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  let isOver = false
  return (chunk) => {
    if (isOver) return
    const whole = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const at = whole.indexOf(mark)
    isOver = at >= 0
    const end = isOver ? at : whole.length - begun(whole, mark)
    held = whole.subarray(end)
    if (end > 0) tell(whole.subarray(0, end))
  }
}

// Hands on what comes after a mark and drops all before it, so that greetings of a login shell reach nobody.
export function afterMark(mark: Buffer, tell: (chunk: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  let isThere = false
  return (chunk) => {
    if (isThere) return tell(chunk)
    const whole = Buffer.concat([held, chunk])
    const at = whole.indexOf(mark)
    isThere = at >= 0
    const rest = whole.subarray(isThere ? at + mark.length : whole.length - begun(whole, mark))
    if (!isThere) held = rest
    else if (rest.length > 0) tell(rest)
  }
}

// How many bytes at the end of a text are the beginning of a mark.
function begun(text: Buffer, mark: Buffer): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--) {
    if (text.subarray(text.length - length).equals(mark.subarray(0, length))) return length
  }
  return 0
}
