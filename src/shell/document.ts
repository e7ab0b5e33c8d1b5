// A here-document that feeds lines to a command: `{ command; } <<'EOF' …`, so that the first of a pipeline reads them.
// Lines must not hold newlines or NUL bytes.
export function linesTo(command: string, lines: readonly string[]): string {
  for (const line of lines) {
    if (/[\n\0]/.test(line)) throw new TypeError('a line cannot hold a newline or a NUL byte')
  }
  const end = endMark(lines)
  return `{ ${command}; } <<'${end}'\n${lines.map((line) => `${line}\n`).join('')}${end}\n`
}

// A here-document that feeds exact bytes to a command, through base64 so that no byte is special on the way.
export function bytesTo(command: string, content: Uint8Array | string): string {
  return `base64 -d <<'EOF' | ${command}\n${encoded(content)}EOF\n`
}

// A here-document that becomes a file of exact bytes; `file` is quoted already.
export function bytesInto(file: string, content: Uint8Array | string): string {
  return `base64 -d >${file} <<'EOF'\n${encoded(content)}EOF`
}

function encoded(content: Uint8Array | string): string {
  return Buffer.from(content)
    .toString('base64')
    .replace(/.{1,1000}/g, '$&\n')
}

function endMark(lines: readonly string[]): string {
  let mark = 'EOF'
  while (lines.includes(mark)) mark += '_'
  return mark
}
