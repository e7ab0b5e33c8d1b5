import { RUNS } from '../model/record.ts'
import { quote } from '../shell/quote.ts'
import { fetchShell } from './download.ts'
import type { StepSort } from './step.ts'

// Downloads a signing key and prints it in base64. It is not trusted yet: the engine compares the fingerprint and
// writes it where apt looks (a `write` step) only when it is the wanted one.
export const keyStep: StepSort<'key'> = {
  long: false,
  shell(step) {
    const got = quote(`${RUNS}/key-${step.key.fingerprint.slice(-16)}`)
    return [
      `mkdir -p ${RUNS} && rm -f -- ${got} || exit 1`,
      fetchShell(step.key.url, got),
      `[ "$(stat -c %s ${got})" -le 262144 ] || { echo 'the key file is larger than 256 KB' >&2; rm -f -- ${got}; ` +
        `exit 1; }`,
      `base64 -w0 ${got}; rm -f -- ${got}`,
    ].join('\n')
  },
}
