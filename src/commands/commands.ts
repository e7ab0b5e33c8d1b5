import AppConfigure from './app/configure.ts'
import AppRelease from './app/release.ts'
import AppReleases from './app/releases.ts'
import AppRollback from './app/rollback.ts'
import Apply from './apply.ts'
import Complete from './complete.ts'
import Completion from './completion.ts'
import Doctor from './doctor.ts'
import Drift from './drift.ts'
import EnvDiff from './env/diff.ts'
import EnvEdit from './env/edit.ts'
import EnvPull from './env/pull.ts'
import EnvPush from './env/push.ts'
import EnvRollback from './env/rollback.ts'
import History from './history.ts'
import Init from './init.ts'
import Locks from './locks.ts'
import { main as runCommandLine } from './main.ts'
import Plan from './plan.ts'
import Provision from './provision.ts'
import Serve from './serve.ts'
import ServeToken from './serve/token.ts'
import ServeUnit from './serve/unit.ts'
import Show from './show.ts'
import Status from './status.ts'
import Trust from './trust.ts'
import Up from './up.ts'
import Validate from './validate.ts'

// Every command by its name: what oclif looks up, what dist/commands.cjs holds. What is heavy is imported inside run().
export const COMMANDS = {
  'app:configure': AppConfigure,
  'app:release': AppRelease,
  'app:releases': AppReleases,
  'app:rollback': AppRollback,
  apply: Apply,
  complete: Complete,
  completion: Completion,
  doctor: Doctor,
  drift: Drift,
  'env:diff': EnvDiff,
  'env:edit': EnvEdit,
  'env:pull': EnvPull,
  'env:push': EnvPush,
  'env:rollback': EnvRollback,
  history: History,
  init: Init,
  locks: Locks,
  plan: Plan,
  provision: Provision,
  serve: Serve,
  'serve:token': ServeToken,
  'serve:unit': ServeUnit,
  show: Show,
  status: Status,
  trust: Trust,
  up: Up,
  validate: Validate,
}

// What bin/flight calls.
export function main(argv: readonly string[], root: string): Promise<void> {
  return runCommandLine(argv, root, Object.keys(COMMANDS))
}
