import AppConfigure from './commands/app/configure.ts'
import AppRelease from './commands/app/release.ts'
import AppReleases from './commands/app/releases.ts'
import AppRollback from './commands/app/rollback.ts'
import Apply from './commands/apply.ts'
import Complete from './commands/complete.ts'
import Completion from './commands/completion.ts'
import Doctor from './commands/doctor.ts'
import Drift from './commands/drift.ts'
import EnvDiff from './commands/env/diff.ts'
import EnvEdit from './commands/env/edit.ts'
import EnvPull from './commands/env/pull.ts'
import EnvPush from './commands/env/push.ts'
import EnvRollback from './commands/env/rollback.ts'
import History from './commands/history.ts'
import Init from './commands/init.ts'
import Locks from './commands/locks.ts'
import { runCommandLine } from './main.ts'
import Plan from './commands/plan.ts'
import Provision from './commands/provision.ts'
import Serve from './commands/serve.ts'
import ServeToken from './commands/serve/token.ts'
import ServeUnit from './commands/serve/unit.ts'
import Show from './commands/show.ts'
import Status from './commands/status.ts'
import Trust from './commands/trust.ts'
import Up from './commands/up.ts'
import Validate from './commands/validate.ts'

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
