import type { BeforeOf, Difference, Reason } from '../model/action.ts'
import type { Kind } from './kind.ts'
import { ofRelease, releaseIn } from './releases.ts'

// A command of the user has run in a release, and succeeded: once. One that still runs is followed; one that was cut
// off, by a reboot for example, runs again; one that failed makes the release a failed one.
export const commandKind: Kind<'command'> = {
  facts: ({ app }) => [{ fact: 'releases', app }],
  diff(desired, facts): Difference<BeforeOf['command']> {
    const state = releaseIn(facts, desired)?.commands.find(({ key }) => key === desired.key)?.state
    const change = (
      is: BeforeOf['command']['is'],
      code: Reason['code'],
      text: string,
    ): Difference<BeforeOf['command']> => ({
      is: 'change',
      change: { verb: 'run', before: { is }, because: [{ code, text }] },
    })
    if (state === undefined) return change('not run', 'not-run', 'it has not run in this release')
    switch (state.is) {
      case 'running':
        return change(
          'running',
          'still-running',
          'it is still running since an earlier run: it is followed, not started again',
        )
      case 'unknown':
        return change('unknown', 'cut-off', 'it was cut off on the server before it ended')
      case 'ended':
        if (state.code === 0) return { is: 'same', why: 'it ran in this release, and succeeded' }
        // A server that joins the others has to get there, whatever went wrong the last time.
        if (desired.joins)
          return change('unknown', 'failed-before', `it ended with exit code ${state.code} the last time`)
        return {
          is: 'conflict',
          code: 'FLIGHT_RELEASE',
          where: `release ${desired.release}`,
          what: `the command ${desired.command} ended with exit code ${state.code}`,
          hint: 'plan again: the next release of this commit gets a number of its own',
        }
    }
  },
  steps: ({ after: { app, release, key, command, path, secret } }) => [
    { step: 'command', app, release, key, command, path, auth: secret },
  ],
  undo: ({ after: { app, release } }, why) => [{ step: 'fail', app, release, why }],
  said: ({ before, after }) => ({
    noun: 'command',
    name: after.command,
    facts: [
      `as user ${after.app}, in the release`,
      ...(after.auth ? ['with composer_auth, which is left nowhere'] : []),
      ...(before.is === 'not run'
        ? []
        : [before.is === 'running' ? 'it runs since an earlier run' : 'an earlier run was cut off']),
    ],
  }),
  called: (name) => ofRelease(name, (release, part) => `${part} in ${release}`),
  holds: () => true, // what was begun is gone on with
  reveal({ address, after }, { secrets }) {
    if (!after.auth) return after
    const secret = secrets.get(after.app)
    if (secret === undefined) throw new Error(`bug: ${address} has no composer_auth`)
    return { ...after, secret }
  },
}
