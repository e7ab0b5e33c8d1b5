import type { ForeignLine } from '../model/fact.ts'
import { FORGOTTEN, MANIFEST } from '../model/record.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// What is searched for each claim: lines of live configuration, comments left out.
const SEARCHES = {
  'nginx-default-server': `grep -IRHnE '^[^#]*listen[^#]*default_server' /etc/nginx/nginx.conf /etc/nginx/conf.d /etc/nginx/sites-enabled`,
  'fpm-pool': `grep -IHnE '^[[:space:]]*\\[' /etc/php/*/fpm/pool.d/*.conf`,
  'apt-source': `grep -IHnE '^[[:space:]]*(deb|URIs:|Suites:|Signed-By:|Enabled:)' /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources`,
} as const

// Configuration of others: FILE:LINE and the text, without the files that Flight wrote itself.
export const foreignFact: FactSort<'foreign'> = {
  shell: (queries) =>
    [
      `awk -F '\\t' '$2=="${FORGOTTEN}" {delete own[$3]; next} {own[$3]=1} END {for (path in own) print path}' ${MANIFEST} 2>/dev/null; printf '\\0'`,
      ...queries.map((q) => `${SEARCHES[q.claim]} 2>/dev/null; printf '\\0'`),
    ].join('\n'),
  parse(output, queries) {
    const [own = '', ...answers] = output.split('\0')
    const ours = new Set(own.split('\n'))
    return queries.map((_, index) => {
      const lines = (answers[index] ?? '').split('\n').filter((line) => line !== '')
      return lines.map(foreignLine).filter((line) => !ours.has(line.file)).sort(byPlace)
    })
  },
}

// A folder's files come in any order.
function byPlace(a: ForeignLine, b: ForeignLine): number {
  return a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1
}

function foreignLine(text: string): ForeignLine {
  const match = /^(\/.+?):(\d+):(.*)$/.exec(text)
  if (match === null) throw new BadAnswer(`foreign: ${JSON.stringify(text.slice(0, 200))}`)
  return { file: match[1] as string, line: Number(match[2]), text: (match[3] as string).trim() }
}
