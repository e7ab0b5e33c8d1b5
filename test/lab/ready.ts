import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { runInside } from './inside.ts'
import { consoleTail, leaderOf, type Machine } from './machine.ts'
import { isRunning, type ProcessMark } from './process.ts'

const SECONDS = 900

// Waits until systemd has finished booting and sshd answers from here; says what was missing when that takes too long.
export async function waitUntilReady(machine: Machine, mark: ProcessMark, address: string): Promise<void> {
  const end = Date.now() + SECONDS * 1000
  let missing = 'its process 1'
  while (Date.now() < end) {
    if (!isRunning(mark))
      throw new Error(`${machine.hostname}: the host ended while booting; its console:\n${consoleTail(machine.folder)}`)
    const leader = leaderOf(machine.machine)
    if (leader !== undefined) missing = await whatIsMissing(leader, address)
    if (missing === '') return
    await sleep(100)
  }
  throw new Error(
    `${machine.hostname}: the host is not ready after ${SECONDS} s, missing: ${missing}; its ` +
      `console:\n${consoleTail(machine.folder)}`,
  )
}

async function whatIsMissing(leader: number, address: string): Promise<string> {
  const state = (await runInside(leader, 'systemctl is-system-running', 10)).stdout.trim()
  if (state !== 'running' && state !== 'degraded') return `systemd is "${state}"`
  return (await sshdAnswers(address)) ? '' : `sshd does not answer on ${address}:22`
}

// Whether something that speaks SSH greets at this address within a second.
export function sshdAnswers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 })
    const answer = (value: boolean) => {
      socket.destroy()
      resolve(value)
    }
    socket.once('data', (greeting) => answer(greeting.toString().startsWith('SSH-')))
    socket.once('error', () => answer(false))
    socket.once('timeout', () => answer(false))
    socket.once('close', () => answer(false))
  })
}
