import { nextTime } from '../../src/serve/daily.ts'

// Says when a time comes next, so many times, in the time zone of this process: HH:MM FROM TIMES.
const [hour = 0, minute = 0] = (process.argv[2] ?? '').split(':').map(Number)
let at = new Date(process.argv[3] ?? '')
const found: string[] = []
for (let times = Number(process.argv[4]); times > 0; times--) {
  at = nextTime(at, { hour, minute })
  found.push(at.toISOString())
}
process.stdout.write(JSON.stringify(found))
