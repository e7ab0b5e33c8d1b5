import { setTimeout as sleep } from 'node:timers/promises'
import { hosts } from './shared.ts'

// A process that does nothing but have one host, for tests that end it.
await hosts({ name: 'left-1', suite: 'bookworm' })
process.stdout.write('up\n')
await sleep(60_000)
