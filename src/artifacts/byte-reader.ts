import { BadTar } from './bad-tar.ts'

// Reads a stream of bytes in pieces of a wanted length.
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  // Exactly `length` bytes; undefined when the stream has ended. An end in between is an error.
  async take(length: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = []
    let missing = length
    for await (const part of this.stream(length, true)) {
      parts.push(part)
      missing -= part.length
    }
    if (missing === length && length > 0) return undefined
    if (missing > 0) throw new BadTar('the archive is cut off')
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  }

  // The next `length` bytes as they come.
  async *stream(length: number, mayEnd = false): AsyncGenerator<Buffer> {
    let missing = length
    while (missing > 0) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#source.next()
        if (done === true) {
          if (mayEnd) return
          throw new BadTar('the archive is cut off')
        }
        this.#rest = value
        continue
      }
      const part = this.#rest.subarray(0, missing)
      this.#rest = this.#rest.subarray(part.length)
      missing -= part.length
      yield part
    }
  }

  // Reads to the end of the stream; at most `most` bytes.
  async drain(most: number): Promise<void> {
    let size = 0
    for await (const part of this.stream(most + 1, true)) size += part.length
    if (size > most) throw new BadTar('too much follows the end of the archive')
  }
}
