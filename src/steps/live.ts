import { appPaths, releasePaths } from '../model/app-paths.ts'
import { RELEASES } from '../model/record.ts'
import { program, type Values } from '../shell/program.ts'
import type { StepOf, StepSort } from './step.ts'

type Step = StepOf<'live'>

// What makes a release live, in moments that all servers take together.
export const liveStep: StepSort<'live'> = {
  long: false,
  shell(step) {
    const values = liveOf(step)
    switch (step.does) {
      case 'ready':
        return program('step-live-ready', {
          ...values,
          release_folder: releasePaths(step.app, step.release).folder,
          revert: `${program('live-revert', values)}\n`,
          back: step.back,
        })
      case 'switch':
        return program('step-live-switch', { ...values, back: step.back })
      case 'confirm':
        return program('step-live-confirm', values)
      case 'back':
        return program('step-live-back', {
          ...values,
          previous: step.previous ?? '',
          previous_target: step.previous === null ? '' : `releases/${step.previous}`,
        })
      case 'settle':
        return program('step-live-settle', values)
    }
  },
}

// What src/remote/lib-live.sh is given.
function liveOf({ app, release }: Step): Values {
  return { app, release, base: appPaths(app).base, releases: RELEASES, record: releasePaths(app, release).record }
}
