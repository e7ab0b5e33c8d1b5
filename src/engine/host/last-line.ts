import { briefly } from '../../model/printable.ts'

// Tells the last whole line of what a command prints, as it comes.
export function lastLine(progress: (text: string) => void): (chunk: Buffer) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk.toString('utf8')).split(/[\r\n]+/)
    rest = (lines.pop() ?? '').slice(-1000)
    const last = lines.filter((line) => line.trim() !== '' && !/^rc \d+$/.test(line)).at(-1)
    if (last !== undefined) progress(briefly(last))
  }
}
