import { isKept } from '../support/kept-text.ts'

// The text must be the expected file's, byte for byte.
export function isExpected(name: string, text: string): void {
  isKept(new URL(`expected/${name}`, import.meta.url), text)
}
