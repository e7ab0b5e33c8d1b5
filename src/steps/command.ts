import { releasePaths } from '../model/app-paths.ts'
import { COMPOSER_KEY } from '../model/record.ts'
import { program } from '../shell/program.ts'
import type { StepOf, StepSort } from './step.ts'

const SECRETS = '/run/flight/secret'

// Runs one of the user's commands in a release, as the app's user with an environment of its own.
export const commandStep: StepSort<'command'> = {
  long: true,
  shell: ({ app, release, key, command, path, auth }) =>
    program('step-command', {
      app,
      folder: releasePaths(app, release).folder,
      command,
      path,
      needs: [
        ...(auth === undefined ? [] : ['auth']),
        ...(key.startsWith(`${COMPOSER_KEY}-`) ? ['composer'] : []),
      ].join(' '),
      secret: secretPath(app, release),
    }),
}

// What has to be there before the unit starts.
export function commandBefore({ app, release, key, command, auth }: StepOf<'command'>): string {
  return program('before-command', {
    record: `${releasePaths(app, release).commands}/${key}`,
    command,
    secrets: SECRETS,
    secret: secretPath(app, release),
    auth: auth === undefined ? '' : auth.reveal(),
  })
}

function secretPath(app: string, release: string): string {
  return `${SECRETS}/${app}-${release}`
}
