import type { FileFact, FileRecord } from '../model/fact.ts'
import { FORGOTTEN, MANIFEST } from '../model/record.ts'
import { program } from '../shell/program.ts'
import { BadAnswer, type FactSort } from './fact.ts'
import { parseManifest } from './manifest.ts'

// The largest content that travels for a diff; beyond it only digests are shown.
const MOST_CONTENT = 262_144

// What lies at a path. One find and one sha256sum for all paths; a FIFO or a device is never opened.
export const fileFact: FactSort<'file'> = {
  bringsContents: true,
  shell(queries) {
    const paths = queries.map(({ path }) => path)
    return program('fact-file', {
      paths,
      // Never of what an app owns: its files may be endless, and only their type matters.
      digested: paths.filter((path) => !isOfApp(path)),
      wanted: queries.flatMap(({ path, wanted }) => (wanted === undefined ? [] : [`W ${wanted} ${path}`])),
      manifest: MANIFEST,
      forgotten: FORGOTTEN,
      most: MOST_CONTENT + 1,
    })
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
