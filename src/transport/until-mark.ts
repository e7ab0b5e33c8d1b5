// What has come on one output and was not taken yet. Each byte is looked at once and copied twice at most, however it
// comes.
export class UntilMark {
  #chunks: Buffer[] = []
  #next = 0 // the first chunk that was not searched
  #before = 0 // how many bytes were
  #tail: Buffer = Buffer.alloc(0) // of these the last ones, which may begin the mark
  #at: number | undefined // where the mark was found
  size = 0

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.size += chunk.length
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }

  // Everything before a mark; the mark is dropped. Until it is found, it is always asked for the same one.
  cut(mark: Buffer): Buffer | undefined {
    const at = this.#find(mark)
    if (at === undefined) return undefined
    const whole = Buffer.concat(this.#chunks)
    this.#keep(whole.subarray(at + mark.length))
    return whole.subarray(0, at)
  }

  // Everything before a mark, and the rest of the mark's line, of which so many bytes are waited for.
  cutLine(mark: Buffer, most = 32): { before: Buffer; rest: string } | undefined {
    const at = this.#find(mark)
    if (at === undefined) return undefined
    const begin = at + mark.length
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    this.#next = 1
    const [whole = Buffer.alloc(0)] = this.#chunks
    const end = whole.subarray(0, begin + most).indexOf('\n', begin)
    if (end < 0 && whole.length < begin + most) return undefined
    const rest = whole.subarray(begin, end < 0 ? begin + most : end).toString('latin1')
    this.#keep(whole.subarray(begin + rest.length + 1))
    return { before: whole.subarray(0, at), rest }
  }

  #find(mark: Buffer): number | undefined {
    for (; this.#at === undefined && this.#next < this.#chunks.length; this.#next++) {
      const chunk = this.#chunks[this.#next] as Buffer
      const window = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk])
      const at = window.indexOf(mark)
      if (at >= 0) this.#at = this.#before - this.#tail.length + at
      this.#before += chunk.length
      this.#tail = window.subarray(Math.max(0, window.length - mark.length + 1))
    }
    return this.#at
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#next = 0
    this.#before = 0
    this.#tail = Buffer.alloc(0)
    this.#at = undefined
    this.size = rest.length
  }
}
