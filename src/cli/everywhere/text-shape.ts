import { colorOf } from './color.ts'

const WIDEST = 160
const WITHOUT_TERMINAL = 100

// How text on a stream is laid out: coloured or not, how wide.
export function shapeOf(stream: NodeJS.WriteStream, flags: { 'no-color': boolean }): { color: boolean; width: number } {
  // A terminal that does not know its width says 0.
  const columns = stream.columns === undefined || stream.columns === 0 ? WITHOUT_TERMINAL : stream.columns
  return { color: colorOf(stream, flags), width: Math.min(columns, WIDEST) }
}
