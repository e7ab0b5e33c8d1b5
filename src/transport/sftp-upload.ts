import { type FileHandle, open } from 'node:fs/promises'
import { type FarFile, PIECE, type Sftp } from './sftp.ts'

// What is to be sent from here, and where to: `part` holds the first `there` bytes already, and becomes `whole`.
export type Upload = {
  file: string
  size: number
  part: string
  whole: string
  there: number
  roundTrip: number // milliseconds to the server and back
  reached(bytes: number): void // the server has so many, in order and without a gap
}

// How many bytes are under way at once on each channel: what a line of a gigabit a second holds, within bounds. Far,
// sshd's window of 2 MB for a channel is the limit, and behind it sftp-server should not run dry. Near, a full window
// costs sshd more for each byte: it moves what waits in its buffer again and again (docs/decisions/0002).
const [LEAST, MOST] = [4 * PIECE, 16 * PIECE]
const GIGABIT = 125_000 // bytes a millisecond
const underWayTo = (roundTrip: number) => Math.min(MOST, Math.max(LEAST, roundTrip * GIGABIT))

// A larger file goes to a server that is as far away over two channels, which have a window each: over 50 ms that saves
// a fifth of the time. Near, a second sftp-server only competes with the first.
const [LARGE, FAR] = [32_000_000, 20] // bytes; milliseconds of a round trip
export const needsTwoChannels = (size: number, roundTrip: number) => isLarge(size) && roundTrip >= FAR
const isLarge = (size: number) => size > LARGE

// Sends the rest of a file over these channels, whose turns come one after the other. Each write says where its bytes
// belong: what an earlier connection still delivers writes the same bytes to the same places, so a cut upload goes on
// safely. When a write is refused, the far file is cut to what is known good.
export async function upload(
  channels: readonly [Sftp] | readonly [Sftp, Sftp],
  { file, size, part, whole, there, roundTrip, reached }: Upload,
): Promise<void> {
  const [first, ...others] = await Promise.all(channels.map((sftp) => sftp.write(part)))
  if (first === undefined) throw new Error('bug: no channel')
  const fars: Fars = [first, ...others]
  const from = withoutGaps(there, size)
  if (from < size) {
    const near = await open(file)
    try {
      await sendRest(near, fars, { size, there: from, roundTrip, reached })
    } finally {
      await near.close()
    }
  }
  await first.sync()
  await Promise.all(fars.map((far) => far.close()))
  await channels[0].rename(part, whole)
}

type Fars = readonly [FarFile, ...FarFile[]]

// How many of the bytes that lie there can be relied on. One channel leaves no gap; of two, one may have been ahead
// when the connection was lost, by all that may be under way at most.
function withoutGaps(there: number, size: number): number {
  return isLarge(size) ? Math.max(0, there - 2 * MOST) : there
}

async function sendRest(
  near: FileHandle,
  fars: Fars,
  { size, there, roundTrip, reached }: Pick<Upload, 'size' | 'there' | 'roundTrip' | 'reached'>,
): Promise<void> {
  const atOnce = fars.length * underWayTo(roundTrip)
  const underWay: { length: number; answer: Promise<void> }[] = []
  let good = there
  // sftp-server answers in the order in which it was asked, and channels take turns: the first is the next, or nearly.
  const answered = async (): Promise<void> => {
    const first = underWay[0]
    if (first === undefined) return
    await first.answer
    underWay.shift()
    reached((good += first.length))
  }
  const buffer = Buffer.allocUnsafe(fars[0].piece)
  try {
    for (let at = there, turn = 0; at < size; turn++) {
      const far = fars[turn % fars.length] ?? fars[0]
      const bytes = await filled(buffer, near, at, size)
      const answer = far.write(bytes, at)
      answer.catch(() => undefined) // the first one that fails is told of below
      underWay.push({ length: bytes.length, answer })
      at += bytes.length
      while (at - good > atOnce - buffer.length) await answered()
    }
    while (underWay.length > 0) await answered()
  } catch (error) {
    // Later writes may have worked where an earlier one did not: the gap would look like bytes of ours.
    await Promise.allSettled(underWay.map(({ answer }) => answer))
    await fars[0].cut(good).catch(() => undefined) // of a connection that is lost; the next run allows for gaps
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
