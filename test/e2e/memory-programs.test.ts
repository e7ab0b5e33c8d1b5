import { test } from 'uvu'
import type { Step } from '../../src/model/step.ts'
import { promise } from './promise.ts'
import type { Supervised, Unit } from '../support/memory/machine.ts'
import { finishJobs } from '../support/memory/programs.ts'
import { removeAt } from '../support/memory/tree.ts'
import {
  aPlan,
  byHand,
  compare,
  type Deed,
  files,
  hand,
  install,
  retire,
  user,
  withPair,
  write,
} from './memory-server-pair.ts'

// The supervisord in memory against a real one.

const CONF = '/etc/supervisor/conf.d/flight-shop.conf'
const JOBS = '/run/lab-jobs'
// Works on a job as long as a file of its name is there, and goes only between two jobs.
const WORKER = `#!/bin/sh
trap 'stop=1' TERM
while [ -z "$stop" ]; do while [ -e "${JOBS}/$SUPERVISOR_PROCESS_NAME" ]; do sleep 0.1; done; sleep 0.1; done
`
const program = (name: string, command = '/usr/local/bin/lab-worker', by = 'shop') =>
  `[program:${name}]\ncommand=${command}\nuser=${by}\nautostart=true\nautorestart=true\nstartsecs=1\n` +
  `startretries=1\nstopsignal=TERM\nstopwaitsecs=3600\nkillasgroup=true\nredirect_stderr=true\nstdout_logfile=NONE\n`
const workers = (...programs: string[]): Step =>
  write(CONF, `; of shop\n\n${programs.join('\n')}`, { scope: 'app:shop' })
const load = (...names: string[]): Step => ({
  step: 'programs',
  app: 'shop',
  programs: names.map((name) => `shop.${name}`),
  changes: [CONF],
})
const RUNS_AGAIN =
  `n=0; until ! systemctl list-units --plain --no-legend 'flight-drain.*' | grep -q . && ! ` +
  `supervisorctl status | grep -qE 'STARTING|STOPPING|refused|no such'; do n=$((n+1)); [ $n -lt 100 ] || exit 1; ` +
  `sleep 0.2; done`

function busy(name: string): Deed {
  return hand(`${name} begins a job`, `touch ${JOBS}/shop.${name}; sleep 0.5`, ({ programs }) =>
    programs.set(`shop.${name}`, { ...supervised(programs, `shop.${name}`), busy: true }),
  )
}

function supervised(programs: Supervised, name: string) {
  const found = programs.get(name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

const JOBS_END: Deed = hand('the jobs come to their end', `rm -f ${JOBS}/*; sleep 0.5; ${RUNS_AGAIN}`, finishJobs)

promise('programs: what supervisor runs, refuses, drains and brings back is what a real one does', () =>
  withPair('programs-1', async (pair) => {
    const [one, two, three] = [program('shop.default.1'), program('shop.default.2'), program('shop.mail.1')]
    const changed = (text: string) => text.replace('lab-worker', 'lab-worker --changed')
    const theirs = '/etc/supervisor/conf.d/theirs.conf'
    const deeds: Deed[] = [
      {
        what: 'supervisor',
        step: install(['supervisor', 'curl'], { refresh: true }),
        again: false,
        settle: `mkdir ${JOBS}; ${RUNS_AGAIN}`,
      },
      { what: 'what they run', step: write('/usr/local/bin/lab-worker', WORKER, { mode: '755' }) },
      { what: 'the user', step: user('shop') },
      { what: 'nothing yet', step: load() },
      { what: 'the file of two', step: workers(one, two) },
      { what: 'two', step: load('default.1', 'default.2') },
      { what: 'the file with another command', step: workers(one, changed(two)) },
      { what: 'another command', step: load('default.1', 'default.2') },
      byHand('/etc/supervisor/conf.d/blog.conf', program('blog.default.1')),
      { what: 'a program more, not that of another app', step: workers(one, two, three), again: false },
      { what: 'a program that no file has', step: load('default.1', 'default.2', 'mail.1', 'mail.2'), again: false },
      { what: 'the other app', step: { step: 'programs', app: 'blog', programs: ['blog.default.1'], changes: [] } },
      busy('default.2'),
      { what: 'the file without one that is busy', step: workers(one, three) },
      { what: 'without one that is busy', step: load('default.1', 'mail.1') },
      { what: 'the file with it again', step: workers(one, changed(two), three) },
      { what: 'with it again', step: load('default.1', 'default.2', 'mail.1'), again: false },
      JOBS_END,
      busy('mail.1'),
      { what: 'the file with another command for one that is busy', step: workers(one, changed(two), changed(three)) },
      { what: 'another command for one that is busy', step: load('default.1', 'default.2', 'mail.1'), again: false },
      { what: 'the file with the command that it still runs', step: workers(one, changed(two), three) },
      JOBS_END,
      hand('somebody stops two', 'supervisorctl stop shop.default.1 blog.default.1', ({ programs }) => {
        for (const name of ['shop.default.1', 'blog.default.1'])
          programs.set(name, { ...supervised(programs, name), state: 'STOPPED' })
      }),
      { what: 'one of the app that is stopped', step: load('default.1', 'default.2', 'mail.1') },
      { what: 'the file with one that fails', step: workers(one, program('shop.fails.1', "/bin/sh -c 'exit 1'")) },
      { what: 'one that fails', step: load('default.1', 'fails.1'), again: false },
      { what: 'the file without it', step: workers(one), ...aPlan('b') },
      { what: 'without it', step: load('default.1') },
      {
        what: 'a file with a user that is not there',
        step: workers(one, program('shop.default.2', '/bin/true', 'nobody-of-that-name')),
        ...aPlan('c'),
      },
      { what: 'a user that is not there', step: load('default.1', 'default.2'), ...aPlan('c'), again: false },
      { what: 'what was put back', step: load('default.1') },
      { what: 'a file that nobody understands', step: workers(one, '[program:shop.bad.1]\nnonsense\n'), ...aPlan('d') },
      byHand(theirs, 'nonsense\n'),
      { what: 'two files that nobody understands', step: load('default.1'), ...aPlan('d') },
      hand('somebody removes theirs', `rm ${theirs}`, (machine) => removeAt(machine, theirs)),
      { what: 'the same again', step: load('default.1'), ...aPlan('d') },
      busy('default.1'),
      { what: 'the file is retired', step: retire(CONF), again: false },
      { what: 'nothing is wanted', step: load(), again: false },
      JOBS_END,
      { what: 'the file of three', step: workers(one, two, three), again: false },
      hand('somebody stops supervisor', 'systemctl stop supervisor', ({ units }) =>
        units.set('supervisor.service', { ...(units.get('supervisor.service') as Unit), active: false }),
      ),
      { what: 'programs of a supervisor that is stopped', step: load('default.1'), again: false },
      {
        what: 'a start, which runs what lies on disk',
        step: {
          step: 'service',
          unit: 'supervisor.service',
          does: 'start',
          configuration: [],
          mark: { by: 'none' },
          test: { program: 'none' },
          changes: [],
          precedes: [],
          patience: 0,
          pools: [],
          waitForNginx: 0,
        },
        settle: `sleep 1; ${RUNS_AGAIN}`,
      },
      { what: 'they run', step: load('default.1', 'default.2', 'mail.1') },
    ]
    await compare(pair, deeds, [
      { fact: 'programs' },
      { fact: 'manifest' },
      { fact: 'service', unit: 'supervisor.service', configuration: [], mark: { by: 'none' } },
      ...files(CONF, theirs),
    ])
  }),
)

test.run()
