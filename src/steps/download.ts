import { basename, dirname } from 'node:path/posix'
import { RUNS } from '../model/record.ts'
import { quote } from '../shell/quote.ts'
import { keepShell, recordShell } from './keep.ts'
import type { StepSort } from './step.ts'

// The server downloads with apt's own fetcher (it is on every Debian and Ubuntu, and knows the machine's proxies); what
// came is put in place only with the wanted digest.
export const downloadStep: StepSort<'download'> = {
  long: true,
  shell(step, place) {
    const beside = quote(`${dirname(step.path)}/.flight-${basename(step.path)}.new`)
    const got = quote(`${RUNS}/download-${step.sha256.slice(0, 16)}`)
    return [
      `mkdir -p ${RUNS} ${quote(dirname(step.path))} && rm -f -- ${got} ${beside} || exit 1`,
      fetchShell(step.url, got),
      `if [ "$(sha256sum <${got})" != ${quote(`${step.sha256}  -`)} ]; then`,
      `  printf 'what %s serves has another digest: %s\\n' ${quote(step.url)} "$(sha256sum <${got} | cut -c1-64)" ` +
        `>&2; rm -f -- ${got}; exit 1; fi`,
      `cp -- ${got} ${beside} && chown root:root ${beside} && chmod ${quote(step.mode)} ${beside} && sync ${beside} ` +
        `&& rm -f -- ${got} || exit 1`,
      keepShell(step.path, place),
      recordShell(step.path, step.sha256, step.scope),
      `mv -fT ${beside} ${quote(step.path)}`,
    ].join('\n')
  },
}

// Shell that fetches a URL to a file that is already quoted, as root:
// apt's helper drops privileges into a folder it may not write.
export function fetchShell(url: string, quotedFile: string): string {
  return (
    `/usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o ` +
    `Acquire::https::Timeout=20 download-file ${quote(url)} ${quotedFile} >&2 || exit 1`
  )
}
