import * as assert from 'uvu/assert'
import { programsFact } from '../../src/facts/programs.ts'
import { appProgramsFeature } from '../../src/features/app-programs.ts'
import type { Program } from '../../src/model/definitions.ts'
import type { ProgramsFact } from '../../src/model/fact.ts'
import type { ResourceOf } from '../../src/model/resource.ts'
import { programsStep } from '../../src/steps/programs.ts'
import { writeStep } from '../../src/steps/write.ts'
import { aProgram, appOn, fileIn, programsIn } from '../features/an-app.ts'
import { labUnavailable } from '../lab/available.ts'
import type { LabHost } from '../lab/host.ts'
import { sharedLab } from '../lab/shared.ts'
import { appears, until } from './until.ts'

// Programs of an app under a real supervisord, by the fact and the step alone.

export const HOME = '/home/shop'

// Works on a job as long as $HOME/jobs/NAME is there, and goes only between two jobs.
const WORKER = `#!/bin/sh
trap 'stop=1' TERM
echo "begins in $(pwd -P) with $*"
while [ -z "$stop" ]; do
  while [ -e "$HOME/jobs/$SUPERVISOR_PROCESS_NAME" ]; do
    busy=1
    : >"$HOME/jobs/.busy-$SUPERVISOR_PROCESS_NAME"
    sleep 0.1
  done
  [ -z "$busy" ] || { busy=; rm -f "$HOME/jobs/.busy-$SUPERVISOR_PROCESS_NAME"; echo "finished a job"; }
  sleep 0.1
done
`

// The host of this file's tests, once it is started.
export let host: LabHost
let plans = 0

// Starts a host with supervisor, somebody's own program under it, and an app with two releases.
export async function startSupervised(): Promise<void> {
  if (labUnavailable() !== undefined) return
  const lab = await sharedLab()
  await lab.warmUp('bookworm', 'supervisor-1', async (each) => {
    await each.must('apt-get -q update && apt-get -y -q --no-install-recommends install supervisor curl cron logrotate')
  })
  ;[host] = await lab.startHosts([{ name: 'web-1', suite: 'bookworm', warm: 'supervisor-1' }])
  await host.must(
    `
    useradd --system --user-group --create-home --home-dir ${HOME} --shell /bin/bash shop
    printf '[program:foreign]\\ncommand=/bin/sleep 100000\\n' >/etc/supervisor/conf.d/foreign.conf
    supervisorctl update >/dev/null
    runuser -u shop -- sh -c 'mkdir -p ${HOME}/jobs ${HOME}/shop/releases/one ${HOME}/shop/releases/two && ln -s ` +
      `releases/one ${HOME}/shop/current'
    cat >${HOME}/shop/releases/one/worker <<'EOF'\n${WORKER}EOF
    chmod 755 ${HOME}/shop/releases/one/worker; cp ${HOME}/shop/releases/one/worker ${HOME}/shop/releases/two/worker`,
  )
}

// Gives a worker a job, and waits until it has begun it.
export async function busy(name: string): Promise<void> {
  await host.must(`rm -f ${HOME}/jobs/.busy-${name}; touch ${HOME}/jobs/${name}`)
  await appears(host, `${HOME}/jobs/.busy-${name}`)
}

export async function fact(): Promise<ProgramsFact> {
  const query = { fact: 'programs' } as const
  return programsFact.parse(await host.must(programsFact.shell([query])), [query])[0] as ProgramsFact
}

// Writes the file of these programs as a plan does.
export async function define(
  queues: readonly Program[],
  daemons: readonly Program[] = [],
): Promise<{ programs: ResourceOf<'programs'>; plan: string; path: string }> {
  const resources = appProgramsFeature(appOn({ queues, daemons }))
  const { path, content, mode, owner, group, scope } = fileIn(resources).desired
  const plan = `sha256:${String(++plans).padStart(64, '0').replace(/^0{8}/, String(plans).padStart(8, '0'))}`
  await host.must(writeStep.shell({ step: 'write', path, content, mode, owner, group, scope }, { plan }))
  return { programs: programsIn(resources), plan, path }
}

export async function configure(
  queues: readonly Program[],
  daemons: readonly Program[] = [],
): Promise<{ code: number; stderr: string }> {
  const { programs, plan, path } = await define(queues, daemons)
  const { code, stderr } = await host.run(
    programsStep.shell(
      { step: 'programs', app: 'shop', programs: programs.desired.programs, changes: [path] },
      { plan },
    ),
  )
  return { code, stderr }
}

export async function configured(queues: readonly Program[], daemons: readonly Program[] = []): Promise<void> {
  const { code, stderr } = await configure(queues, daemons)
  assert.is(`${code} ${stderr}`, '0 ')
}

// NAME=PID of everything that runs.
export async function pids(): Promise<Map<string, string>> {
  const lines = (
    await host.run(`supervisorctl status | sed -nE 's/^(\\S+) +RUNNING +pid ([0-9]+),.*/\\1 \\2/p'`)
  ).stdout
    .trim()
    .split('\n')
  return new Map(lines.map((line) => line.split(' ') as [string, string]))
}

export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  await until(what, holds, (so) => so)
}

export const isSettled = async () => {
  const now = await fact()
  return (
    now.daemon &&
    now.draining.length === 0 &&
    now.unloaded.length === 0 &&
    now.states.every(({ state }) => state === 'RUNNING')
  )
}

export const workers = (count: number, command = './worker default') => aProgram('default', command, count)
export const names = (count: number, queue = 'default') =>
  Array.from({ length: count }, (_, index) => `shop.${queue}.${index + 1}`)
export const log = (name: string) => host.must(`cat ${HOME}/shop/current/storage/logs/worker-${name}.log`)
