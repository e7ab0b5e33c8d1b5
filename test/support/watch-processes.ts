import { spawn } from 'node:child_process'

// Lines of command lines and environments of all processes here, and on a lab's hosts, which run on this machine, that
// hold a word, as long as they are watched.
export function watchProcesses(word: string): { stop(): Promise<string[]> } {
  const pattern = word.replace(/^./, '[$&]')
  const child = spawn(
    'timeout',
    [
      '3600',
      'sh',
      '-c',
      `while :; do for f in $(grep -lsa '${pattern}' /proc/[0-9]*/cmdline /proc/[0-9]*/environ); do tr '\\0' ' ' ` +
        `<$f; echo; done; sleep 0.02; done`,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  let seen = ''
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    async stop() {
      child.kill()
      await ended
      return seen.split('\n').filter((line) => line !== '')
    },
  }
}
