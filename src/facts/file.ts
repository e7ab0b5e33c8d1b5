import type { FileFact, FileRecord } from '../model/fact.ts'
import { FORGOTTEN, MANIFEST } from '../model/record.ts'
import { linesTo } from '../shell/document.ts'
import { BadAnswer, type FactSort } from './fact.ts'
import { parseManifest } from './manifest.ts'

// The largest content that travels for a diff; beyond it only digests are shown.
const MOST_CONTENT = 262_144

// What lies at a path. One find and one sha256sum for all paths; a FIFO or a device is never opened.
export const fileFact: FactSort<'file'> = {
  shell(queries) {
    const paths = queries.map((q) => q.path)
    const wanted = queries.flatMap((q) => (q.wanted === undefined ? [] : [`W ${q.wanted} ${q.path}`]))
    const each = (find: string, of = paths) =>
      linesTo(`tr '\\n' '\\0' | xargs -0 -r sh -c 'find "$@" -maxdepth 0 ${find}' sh`, of)
    return [
      each(`-printf "%y\\t%m\\t%u\\t%g\\t%l\\0%p\\0" 2>/dev/null`),
      `printf '\\0\\001'`,
      // Never of what an app owns: its files may be endless, and only their type matters.
      `digests=$({ ${each(
        '-type f -print0 2>/dev/null',
        paths.filter((path) => !isOfApp(path)),
        // -z: without it names with a backslash are spelled otherwise
      ).trimEnd()}\n} | xargs -0 -r sha256sum -z | tr '\\0' '\\n')`,
      `printf '%s\\n\\0\\001' "$digests"`,
      `cat ${MANIFEST} 2>/dev/null; printf '\\0\\001'`,
      ...contentsShell(wanted),
    ].join('\n')
  },

  parse(output, queries) {
    const [found = '', digestText = '', manifestText = '', contentText = ''] = output.split('\0\x01')
    const digests = parseDigests(digestText)
    const records = new Map<string, FileRecord>(parseManifest(manifestText).map((entry) => [entry.path, entry]))
    const contents = parseContents(contentText)
    const facts = new Map<string, FileFact>()
    const entries = found.split('\0')
    for (let at = 0; at + 1 < entries.length; at += 2) {
      const [entry, path] = [entries[at] as string, entries[at + 1] as string]
      const [type, mode, owner, group, ...rest] = entry.split('\t')
      const target = rest.join('\t') // whatever somebody made the link point to
      if (!mode || !owner || !group || rest.length === 0 || !/^[0-7]{1,4}$/.test(mode))
        throw new BadAnswer(`file: ${JSON.stringify(entry)}`)
      if (type === 'l') facts.set(path, { type: 'link', target, owner, group })
      else if (type === 'd') facts.set(path, { type: 'directory', mode, owner, group })
      else if (type === 'f') {
        const sha256 = isOfApp(path) ? '' : digests.get(path)
        if (sha256 === undefined) throw new BadAnswer(`no digest of ${path}`)
        facts.set(path, {
          type: 'file',
          mode,
          owner,
          group,
          sha256,
          content: contents.get(path),
          recorded: records.get(path),
        })
      } else facts.set(path, { type: 'other' })
    }
    return queries.map((q) => facts.get(q.path) ?? { type: 'absent' })
  },
}

// Content: only of files that Flight wrote and that are not as wanted.
function contentsShell(wanted: readonly string[]): string[] {
  if (wanted.length === 0) return []
  return [
    `{ ${linesTo('cat', wanted).trimEnd()}\nprintf '%s\\n' "$digests" | sed 's/^/D /'; sed 's/^/M\\t/' ${MANIFEST} ` +
      `2>/dev/null; } |`,
    `awk '$1=="W" {w[substr($0,68)]=$2} $1=="D" {d[substr($0,69)]=$2} /^M\\t/ {split($0,m,"\\t"); if ` +
      `(m[3]=="${FORGOTTEN}") delete k[m[4]]; else k[m[4]]=1}`,
    `  END {for (p in w) if ((p in d) && d[p]!=w[p] && (p in k)) print p}' |`,
    `while IFS= read -r p; do printf '%s\\t' "$p"; head -c ${MOST_CONTENT + 1} -- "$p" | base64 -w0; printf '\\n'; ` +
      `done`,
  ]
}

function isOfApp(path: string): boolean {
  return path.startsWith('/home/')
}

function parseDigests(text: string): Map<string, string> {
  const digests = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const match = /^([0-9a-f]{64}) [ *](\/.*)$/.exec(line)
    if (match === null) throw new BadAnswer(`digest: ${JSON.stringify(line)}`)
    digests.set(match[2] as string, match[1] as string)
  }
  return digests
}

function parseContents(text: string): Map<string, string> {
  const contents = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [path, encoded] = line.split('\t')
    if (path === undefined || encoded === undefined) throw new BadAnswer('content of a file')
    const bytes = Buffer.from(encoded, 'base64')
    if (bytes.length <= MOST_CONTENT && !bytes.includes(0)) contents.set(path, bytes.toString('utf8'))
  }
  return contents
}
