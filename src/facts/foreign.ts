import type { ForeignLine } from '../model/fact.ts'
import { FORGOTTEN, MANIFEST } from '../model/record.ts'
import { quote } from '../shell/quote.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// Every server_name statement of nginx, as FILE:LINE:server_name NAME …, wherever it
// begins and however many lines it takes. Only lines with the word in them are taken
// apart, so that what else a file holds (Lua with an apostrophe) leads nobody astray.
const SERVER_NAMES = String.raw`
function put(c) { word = word c; open = 1 }
function cut() {
  if (open) {
    text = (text == "" ? "" : text " ") word
    if (first == "") { first = word; gsub(/^["\047]|["\047]$/, "", first); at = FNR }
  }
  word = ""; open = 0
}
function done() { cut(); if (first == "server_name") print FILENAME ":" at ":" text; text = first = "" }
FNR == 1 { text = first = word = quote = ""; open = 0 }
first != "server_name" { if (!index($0, "server_name")) next; text = first = word = quote = ""; open = 0 }
{
  sub(/\r$/, "")
  for (i = 1; i <= length($0); i++) {
    c = substr($0, i, 1)
    if (c == "\\") { put(c substr($0, ++i, 1)); continue }
    if (quote != "") { put(c); if (c == quote) quote = ""; continue }
    if (c == "$" && substr($0, i + 1, 1) == "{") { put("$" "{"); i++; continue }
    if (c ~ /[ \t]/) { cut(); continue }
    if (c ~ /[;{}]/) { done(); continue }
    if (c == "#" && !open) break
    if (!open && (c == "\"" || c == "\047")) quote = c
    put(c)
  }
  if (quote == "") cut(); else put(" ")
}`

const NAMES =
  `(set -- /dev/null; for f in /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf ` +
  `/etc/nginx/sites-enabled/*; do if [ -f "$f" ] && [ -r "$f" ]; then set -- "$@" "$f"; fi; done; awk ` +
  `${quote(SERVER_NAMES)} "$@")`

// What is searched for each claim: lines of live configuration, comments left out.
const SEARCHES = {
  'nginx-server-name': NAMES,
  'flight-server-name': NAMES,
  'nginx-default-server':
    `grep -IRHnE '^[^#]*listen[^#]*default_server' /etc/nginx/nginx.conf /etc/nginx/conf.d ` +
    `/etc/nginx/sites-enabled`,
  'fpm-pool': `grep -IHnE '^[[:space:]]*\\[' /etc/php/*/fpm/pool.d/*.conf`,
  'apt-source':
    `grep -IHnE '^[[:space:]]*(deb|URIs:|Suites:|Signed-By:|Enabled:)' /etc/apt/sources.list ` +
    `/etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources`,
} as const

// Configuration of others: FILE:LINE and the text, without the files that Flight wrote itself.
export const foreignFact: FactSort<'foreign'> = {
  shell: (queries) =>
    [
      `awk -F '\\t' '$2=="${FORGOTTEN}" {delete own[$3]; next} {own[$3]=1} END {for (path in own) print path}' ` +
        `${MANIFEST} 2>/dev/null; printf '\\0'`,
      ...queries.map((q) => `${SEARCHES[q.claim]} 2>/dev/null; printf '\\0'`),
    ].join('\n'),
  parse(output, queries) {
    const [own = '', ...answers] = output.split('\0')
    const ours = new Set(own.split('\n'))
    return queries.map(({ claim }, index) => {
      const lines = (answers[index] ?? '').split('\n').filter((line) => line !== '')
      return lines
        .map(foreignLine)
        .filter((line) => ours.has(line.file) === (claim === 'flight-server-name'))
        .sort(byPlace)
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
