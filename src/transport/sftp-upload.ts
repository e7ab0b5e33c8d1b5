import { type FileHandle, open } from 'node:fs/promises'
import type { FarFile, Sftp } from './sftp.ts'

// What is to be sent from here, and where to: `part` holds the first `there` bytes already, and becomes `whole`.
export type Upload = {
  file: string
  size: number
  part: string
  whole: string
  there: number
  reached(bytes: number): void // the server has so many, in order and without a gap
}

// How many writes are under way at once. Near, fewer leave sftp-server idle; far, sshd's window of 2 MB is the limit.
const AT_ONCE = 16

// Sends the rest of a file. Each write says where its bytes belong: what an earlier connection still delivers writes
// the same bytes to the same places, so a cut upload goes on safely. When a write is refused, the far file is cut to
// what is known good.
export async function upload(sftp: Sftp, { file, size, part, whole, there, reached }: Upload): Promise<void> {
  const far = await sftp.write(part)
  if (there < size) {
    const near = await open(file)
    try {
      await sendRest(near, far, { size, there, reached })
    } finally {
      await near.close()
    }
  }
  await far.sync()
  await far.close()
  await sftp.rename(part, whole)
}

async function sendRest(
  near: FileHandle,
  far: FarFile,
  { size, there, reached }: Pick<Upload, 'size' | 'there' | 'reached'>,
): Promise<void> {
  const underWay: { length: number; answer: Promise<void> }[] = []
  let good = there
  // sftp-server answers in the order in which it was asked.
  const answered = async (): Promise<void> => {
    const first = underWay[0]
    if (first === undefined) return
    await first.answer
    underWay.shift()
    reached((good += first.length))
  }
  const buffer = Buffer.allocUnsafe(far.piece)
  try {
    for (let at = there; at < size;) {
      const bytes = await filled(buffer, near, at, size)
      const answer = far.write(bytes, at)
      answer.catch(() => undefined) // the first one that fails is told of below
      underWay.push({ length: bytes.length, answer })
      at += bytes.length
      if (underWay.length >= AT_ONCE) await answered()
    }
    while (underWay.length > 0) await answered()
  } catch (error) {
    // Later writes may have worked where an earlier one did not: the gap would look like bytes of ours.
    await Promise.allSettled(underWay.map(({ answer }) => answer))
    await far.cut(good).catch(() => undefined) // of a connection that is lost; the digest finds what is left
    throw error
  }
}

// The bytes of a file from a place on, as many as the buffer takes.
async function filled(buffer: Buffer, near: FileHandle, from: number, size: number): Promise<Buffer> {
  const wanted = Math.min(buffer.length, size - from)
  for (let length = 0; length < wanted;) {
    const { bytesRead } = await near.read(buffer, length, wanted - length, from + length)
    if (bytesRead === 0) throw new Error(`bug: the artifact has ${from + length} bytes, not ${size}`)
    length += bytesRead
  }
  return buffer.subarray(0, wanted)
}
