import { appPaths, releasePaths } from '../model/app-paths.ts'
import { OPCACHE_SCRIPT, RELEASES } from '../model/record.ts'
import { program } from '../shell/program.ts'
import type { StepSort } from './step.ts'

const LOG_DAYS = 14

// Removes old releases.
export const pruneStep: StepSort<'prune'> = {
  long: true,
  shell: ({ app, release, releases, socket }) =>
    program('step-prune', {
      app,
      base: appPaths(app).base,
      records: `${RELEASES}/${app}`,
      release,
      releases: releases.map((name) => [name, releasePaths(app, name).folder]),
      socket: socket ?? '',
      opcache_script: OPCACHE_SCRIPT,
      log_days: LOG_DAYS,
    }),
}
