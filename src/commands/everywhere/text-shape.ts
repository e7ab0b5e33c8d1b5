import { colorOf } from './color.ts'

const WIDEST = 160
const WITHOUT_TERMINAL = 100

// How text on a stream is laid out: coloured or not, how wide.
export function shapeOf(stream: NodeJS.WriteStream, flags: { 'no-color': boolean }): { color: boolean; width: number } {
  return { color: colorOf(stream, flags), width: Math.min(stream.columns ?? WITHOUT_TERMINAL, WIDEST) }
}
