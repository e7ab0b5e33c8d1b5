import { appPaths } from '../../src/model/app-paths.ts'
import { words } from '../../src/shell/quote.ts'
import { type LabHost } from '../lab/host.ts'
import { asApp } from './release.ts'
import { until } from './until.ts'

// What a job of the Laravel application noted: that it began or ended, in which process, of which release.
export type JobNote = { what: 'start' | 'END'; job: string; pid: number; release: string }

// Runs an artisan command in the live release, as the app's user.
export async function artisan(host: LabHost, app: string, ...args: readonly string[]): Promise<string> {
  return asApp(host, app, `cd ${words(appPaths(app).current)}/ && php artisan ${words(...args)}`)
}

// Queues a job that takes so many seconds.
export async function push(host: LabHost, app: string, seconds: number, job: string, queue = 'default'): Promise<void> {
  await artisan(host, app, 'push', String(seconds), job, `--queue=${queue}`)
}

// Queues a job that is not done before `letGo`.
export async function pushHeld(host: LabHost, app: string, job: string, queue = 'default'): Promise<void> {
  await asApp(host, app, `: >${words(holdOf(app, job))}`)
  await push(host, app, 0, job, queue)
}

// The same, once a worker has begun it.
export async function beginHeld(host: LabHost, app: string, job: string): Promise<void> {
  await pushHeld(host, app, job)
  await until(
    `the job ${job} runs`,
    () => jobs(host, app),
    (all) => all.some(({ what, job: of }) => what === 'start' && of === job),
  )
}

// Lets a held job come to its end.
export async function letGo(host: LabHost, app: string, job: string): Promise<void> {
  await asApp(host, app, `rm ${words(holdOf(app, job))}`)
}

const holdOf = (app: string, job: string) => `${appPaths(app).shared}/storage/logs/hold-${job}`

// What the app's jobs noted so far.
export async function jobs(host: LabHost, app: string): Promise<JobNote[]> {
  const text = await logOf(host, app, 'jobs.log')
  return text.split('\n').flatMap((line) => {
    const [what, job, pid, release] = line.split(' ')
    return (what === 'start' || what === 'END') && job !== undefined && release !== undefined
      ? [{ what, job, pid: Number(pid), release }]
      : []
  })
}

// A log of the app, empty as long as there is none.
export async function logOf(host: LabHost, app: string, name: string): Promise<string> {
  const path = `${appPaths(app).shared}/storage/logs/${name}`
  return host.must(`[ ! -e ${words(path)} ] || cat ${words(path)}`)
}
