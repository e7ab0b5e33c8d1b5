import type { AptTransaction, PackageFact } from '../model/fact.ts'
import { linesTo } from '../shell/document.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// Asks apt without letting it write its caches (domain.md: `apt-get -s` alone writes two files).
const UNWRITTEN = '-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache='

// What is installed, by one dpkg-query; only when something is missing apt is asked what installing it would do.
// A virtual package counts as installed when an installed one provides it (php8.2-redis is php-redis on Debian).
export const packageFact: FactSort<'package'> = {
  shell(queries) {
    const names = queries.map((q) => q.name)
    return [
      `wanted=$(${linesTo('cat', names).trimEnd()}\n)`,
      // Asked once: reading dpkg's database is the dearest part of a probe that finds nothing to do.
      `dpkg=$(dpkg-query -W -f '\${db:Status-Abbrev}\\t\${Package}\\t\${Version}\\t\${Provides}\\n' 2>/dev/null)`,
      `have=$({ printf '%s\\n' "$wanted" | sed 's/^/W\\t/'; printf '%s\\n' "$dpkg"; } |`,
      `awk -F '\\t' '$1=="W" {w[$2]=1} substr($1,2,1)=="i" { if ($2 in w) print $2 "\\t" $3;`,
      `  n=split($4,p,/, */); for (i=1;i<=n;i++) {sub(/[ (].*/,"",p[i]); if ((p[i] in w) && p[i]!=$2) print p[i] ` +
        `"\\t" $3} }')`,
      `printf '%s\\n\\0' "$have"`,
      // Interrupted: dpkg has updates of its own that it did not take over, or a package half done.
      `ls -A /var/lib/dpkg/updates 2>/dev/null; newline=$(printf '\\n.'); newline=\${newline%.}`,
      `case "$newline$dpkg" in *"$newline"?[UFHWt]*) printf 'half done\\n' ;; esac; printf '\\0'`,
      // Outdated lists: none, or a source, key or preference is newer than the last reading.
      `lists() { set -- /var/lib/apt/lists/*Packages*; [ -e "$1" ]; }`,
      `lists || printf 'none\\n'`,
      `{ find /var/lib/apt/lists /var/lib/apt/lists/partial -maxdepth 0 -printf 'read\\t%T@\\n'`,
      `find /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/preferences /etc/apt/preferences.d ` +
        `/etc/apt/keyrings -type f -printf 'changed\\t%C@\\n'; } 2>/dev/null |`,
      `awk '$2>at[$1]+0 {at[$1]=$2} END {if (at["changed"]+0>at["read"]+0) print "newer"}'; printf '\\0'`,
      `missing=$(printf '%s\\n\\n%s\\n' "$have" "$wanted" | awk -F '\\t' '$1=="" {asked=1; next} asked && !($1 in ` +
        `h) {print $1} !asked {h[$1]=1}' | sort -u)`,
      `if [ -n "$missing" ] && lists; then`,
      `  policy=$(apt-cache ${UNWRITTEN} policy $missing 2>/dev/null | awk '/^[^ ]/ {n=$1; sub(/:$/,"",n)} ` +
        `$1=="Candidate:" && $2!="(none)" {print n "\\t" $2}')`,
      `  known=$(printf '%s\\n' "$policy" | cut -f1)`,
      `  virtual=$(for v in $(printf '%s\\n' $known $missing | sort | uniq -u); do apt-cache ${UNWRITTEN} showpkg ` +
        `"$v" 2>/dev/null | awk -v v="$v" '/^Reverse Provides/ {on=1; next} on && NF>1 {print v "\\tvirtual"; ` +
        `exit}'; done)`,
      `  printf '%s\\n%s\\n\\0' "$policy" "$virtual"`,
      `  set -- $known $(printf '%s\\n' "$virtual" | cut -f1)`,
      `  [ $# -eq 0 ] || apt-get ${UNWRITTEN} -s -y --no-install-recommends -o APT::Get::Show-Versions=false ` +
        `install "$@" 2>&1`,
      `  printf '\\0%s' $?`,
      `else printf '\\0\\0000'; fi`,
    ].join('\n')
  },

  parse(output, queries) {
    const parts = output.split('\0')
    if (parts.length < 6) throw new BadAnswer('packages')
    const [have = '', interrupted = '', lists = '', candidates = '', simulation = '', status = ''] = parts
    const installed = pairs(have)
    const candidate = pairs(candidates)
    const transaction: AptTransaction = {
      ...simulated(simulation),
      refusal: status.trim() === '0' ? undefined : refusalIn(simulation),
      listsOutdated: lists.trim() !== '',
      interrupted: interrupted.trim() !== '',
    }
    return queries.map((q): PackageFact => ({
      installed: installed.get(q.name),
      candidate: candidate.get(q.name),
      transaction,
    }))
  },
}

function pairs(text: string): Map<string, string> {
  const map = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [name, value] = line.split('\t')
    if (name !== undefined && value !== undefined && value !== '') map.set(name, value)
  }
  return map
}

// Lines of apt-get -s: `Inst NAME [OLD] (NEW …)` and `Remv NAME [OLD]`.
export function simulated(text: string): Pick<AptTransaction, 'installs' | 'upgrades' | 'removes'> {
  const installs: { name: string; version: string }[] = []
  const upgrades: { name: string; from: string; to: string }[] = []
  const removes: { name: string; version: string }[] = []
  for (const line of text.split('\n')) {
    const inst = /^Inst (\S+) (?:\[([^\]]+)\] )?\((\S+)/.exec(line)
    const remv = /^Remv (\S+)(?: \[([^\]]+)\])?/.exec(line)
    if (inst !== null) {
      const [, name, from, to] = inst as unknown as [string, string, string | undefined, string]
      if (from === undefined) installs.push({ name, version: to })
      else upgrades.push({ name, from, to })
    } else if (remv !== null) removes.push({ name: remv[1] as string, version: remv[2] ?? '' })
  }
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
  return { installs: installs.sort(byName), upgrades: upgrades.sort(byName), removes: removes.sort(byName) }
}

function refusalIn(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return (
    lines.filter((line) => line.startsWith('E:') || / : (Depends|Conflicts|Breaks)/.test(line)).join(' ') ||
    'apt found no solution'
  )
}
