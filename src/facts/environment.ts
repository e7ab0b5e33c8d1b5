import { Secret } from '../model/secret.ts'
import { linesTo } from '../shell/document.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// The largest environment file that is taken; the parser refuses what is larger.
const MOST = 1_048_576

const OTHERS: Readonly<Record<string, string>> = {
  link: 'a link: whoever follows it reads another file',
  other: 'no file',
  unreadable: "nothing that the app's own user may read",
  large: 'larger than 1 MB',
}

// Environment files, each read by its app's user alone. `nonblock` and `nofollow` hold also when the app puts a pipe or
// a link there a moment after it was looked at.
export const environmentFact: FactSort<'environment'> = {
  shell: (queries) =>
    [
      `as_app() { timeout 10 runuser -u "$1" -- env -i PATH=/usr/bin:/bin sh -c '`,
      `  if [ -L "$1" ]; then echo link; elif [ ! -e "$1" ]; then echo absent; elif [ ! -f "$1" ]; then echo other; ` +
        `elif [ ! -r "$1" ]; then echo unreadable;`,
      `  else printf "file "; dd if="$1" iflag=nofollow,nonblock,fullblock bs=${MOST + 1} count=1 2>/dev/null | ` +
        `base64 -w0; echo; fi' sh "$2" </dev/null 2>/dev/null; }`,
      // An app that has no user here has no file either.
      linesTo(
        `while IFS=' ' read -r user path; do if getent passwd "$user" >/dev/null; then as_app "$user" "$path" || ` +
          `echo unreadable; else echo absent; fi; done`,
        queries.map(({ app, path }) => `${app} ${path}`),
      ),
    ].join('\n'),

  parse(output, queries) {
    const lines = output.split('\n').filter((line) => line !== '')
    if (lines.length !== queries.length)
      throw new BadAnswer(`environment: ${lines.length} answers to ${queries.length} questions`)
    return lines.map((line) => {
      const [is = '', base64 = ''] = line.split(' ')
      if (is === 'absent') return { is: 'absent' }
      if (is === 'file' && /^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
        return Buffer.byteLength(base64, 'base64') > MOST
          ? { is: 'other', what: OTHERS['large'] as string }
          : { is: 'file', base64: new Secret(base64) }
      }
      const what = OTHERS[is]
      if (what === undefined) throw new BadAnswer('environment: neither a file nor why there is none')
      return { is: 'other', what }
    })
  },
}
