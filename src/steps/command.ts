import { releasePaths } from '../model/app-paths.ts'
import { COMPOSER_KEY } from '../model/record.ts'
import { bytesInto } from '../shell/document.ts'
import { quote, words } from '../shell/quote.ts'
import type { StepSort } from './step.ts'

// Runs one of the user's commands in a release, as the app's user with an environment of its own. What is secret
// reaches it through a pipe: neither `ps` nor a disk sees it.
export const commandStep: StepSort<'command'> = {
  long: true,
  shell({ app, release, key, command, path, auth }) {
    const { folder } = releasePaths(app, release)
    const environment = words(`HOME=/home/${app}`, `USER=${app}`, `LOGNAME=${app}`, `PATH=${path}`, 'LANG=C.UTF-8')
    const inside =
      `${
        auth === undefined ? '' : 'COMPOSER_AUTH=$(cat) && export COMPOSER_AUTH || exit 1; exec </dev/null; '
      }cd -P -- "$1" && umask 022 ` +
      `${
        key.startsWith(`${COMPOSER_KEY}-`)
          ? "&& { [ -e composer.json ] || { echo 'there is no composer.json: nothing to install'; exit 0; }; } "
          : ''
      }&& exec sh -c "$2"`
    const as = `runuser -u ${quote(app)} -- env -i ${environment}`
    const run = `${as} sh -c ${quote(inside)} flight ${words(folder, command)}`
    return auth === undefined
      ? run
      : `secret=$(cat ${secretPath(app, release)}) && rm -f -- ${secretPath(app, release)} && printf '%s' "$secret" ` +
          `| ${run}`
  },
}

// What has to be there before the unit starts: the command as
// it is written, for people; what is secret, in memory alone.
export function commandBefore({ app, release, key, command, auth }: Parameters<typeof commandStep.shell>[0]): string {
  const record = `${releasePaths(app, release).commands}/${key}`
  return [
    bytesInto(quote(`${record}/command`), `${command}\n`),
    ...(auth === undefined
      ? []
      : [
          `mkdir -p -m 0700 ${SECRETS} && ( umask 077; ${bytesInto(secretPath(app, release), auth.reveal())}\n) || ` +
            `exit 1`,
        ]),
  ].join('\n')
}

const SECRETS = '/run/flight/secret'

function secretPath(app: string, release: string): string {
  return quote(`${SECRETS}/${app}-${release}`)
}
