// The text of a field, as latin1, up to the first NUL.
export function textOf(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('latin1', 0, end < 0 ? field.length : end)
}

// The number of a field: octal digits, or GNU's binary form. NaN when it is neither.
export function numberOf(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.readBigUInt64BE(field.length - 8)
    return value > BigInt(Number.MAX_SAFE_INTEGER) || field[0] !== 0x80 ? Number.NaN : Number(value)
  }
  const digits = textOf(field).trim()
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}

// Whether a header has the sum that it states.
export function sumIsRight(block: Buffer): boolean {
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
  return numberOf(block.subarray(148, 156)) === sum
}

// The records of a pax header, as latin1; undefined when they cannot be read.
export function paxOf(bytes: Buffer): Map<string, string> | undefined {
  const records = new Map<string, string>()
  const text = bytes.toString('latin1')
  for (let at = 0; at < text.length;) {
    const [head = '', length = ''] = /^(\d{1,7}) /.exec(text.slice(at, at + 8)) ?? []
    const record = text.slice(at + head.length, at + Number(length))
    const equals = record.indexOf('=')
    if (head === '' || at + Number(length) > text.length || equals < 1 || !record.endsWith('\n')) return undefined
    records.set(record.slice(0, equals), record.slice(equals + 1, -1))
    at += Number(length)
  }
  return records
}
