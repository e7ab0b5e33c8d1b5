import type { LabHost } from '../lab/host.ts'
import { until } from './until.ts'

export type GatedProgram = { reached(): Promise<void>; remove(): Promise<void> }

// Lets a program of a host wait at a gate whenever it is called with words like these (a pattern of case), so that what
// calls it can be killed right there. Once the gate is gone it goes on, or ends as `after` says.
export async function gatedProgram(host: LabHost, name: string, like: string, after = ''): Promise<GatedProgram> {
  const program = [
    '#!/bin/sh',
    `case "$*" in ${like})`,
    ': >/srv/gate/reached',
    'while [ -e /srv/gate/closed ]; do sleep 0.1; done',
    after,
    'esac',
    `exec /usr/bin/${name} "$@"`,
  ]
  await host.must(
    `mkdir -p -m 1777 /srv/gate && : >/srv/gate/closed && cat >/usr/local/bin/${name} <<'END' && ` +
      `chmod 755 /usr/local/bin/${name}\n${program.join('\n')}\nEND`,
  )
  return {
    async reached() {
      await until(
        `${name} waits at the gate`,
        () => host.must('ls /srv/gate'),
        (list) => list.includes('reached'),
      )
    },
    async remove() {
      await host.must(`rm -r /srv/gate /usr/local/bin/${name}`)
    },
  }
}
