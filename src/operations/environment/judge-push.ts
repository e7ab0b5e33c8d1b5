import { compareServers } from '../../environment/compare-servers.ts'
import { type Comparison } from '../../environment/compare.ts'
import type { Environment } from '../../environment/environment.ts'
import { changesSince } from '../../environment/fingerprint.ts'
import { FlightError, type Problem } from '../../model/errors.ts'
import { names } from '../../model/words.ts'
import { environmentsOf, type ServerFiles } from './environments.ts'
import type { Pulled } from './pulled.ts'

// `overrides`: whether the command has --all and --force.
export type Judged = { command: string; overrides: boolean; all: boolean; force: boolean; chosen: readonly string[] }

// Refuses what would leave servers with different files, or take a difference away that nobody spoke of: all servers or
// none. `command` is the one that was typed, without its flags.
export function refuseUnlikeServers(
  { app, files, without, problems }: ServerFiles,
  { command, overrides, all, force, chosen }: Judged,
): void {
  const able = [...files.map(({ server }) => server), ...without]
  const away = problems.filter(({ code }) => code !== 'FLIGHT_ENV_UNREADABLE')
  if (away.length > 0)
    throw new FlightError(
      away.map((problem) => ({
        ...problem,
        hint:
          `${problem.hint === undefined ? '' : `${problem.hint}. `}An environment file is pushed to all servers ` +
          `or to none${
            able.length === 0 || chosen.length > 0
              ? ''
              : `; to those that can be asked: ${command} ${able.map((name) => `--server ${name}`).join(' ')}`
          }`,
      })),
    )
  const broken = problems.filter(({ code }) => code === 'FLIGHT_ENV_UNREADABLE')
  if (broken.length > 0 && !force)
    throw new FlightError(
      broken.map((problem): Problem => ({
        ...problem,
        hint:
          `that is the file on the server; flight env:push ${app.name} FILE --force replaces it without a ` +
          `comparison`,
      })),
    )
  const { keys, files: groups } = compareServers(environmentsOf(files))
  if (groups.length <= 1 || all || chosen.length > 0) return
  const on =
    keys.length === 0
      ? 'in comments, order or quotes'
      : `on ${names(
          keys.map(({ key }) => key),
          12,
        )}`
  throw new FlightError({
    code: 'FLIGHT_CONFLICT',
    where: app.name,
    what:
      `its servers have different environment files: ${groups.map((servers) => names(servers, 8)).join(' | ')} ` +
      `differ ${on}`,
    hint:
      `look with flight env:diff ${app.name}; then ` +
      `${overrides ? '--all for one file everywhere, or ' : ''}--server NAME for this one alone`,
  })
}

// Refuses a file that was pulled before somebody else pushed: what was changed there would be lost.
export function refuseOutdated(
  { app, files }: ServerFiles,
  { file, environment, pull }: { file: string; environment: Environment; pull: Pulled | undefined },
  { command, force }: Judged,
): void {
  if (pull === undefined || force) return
  const base = files.find(({ server }) => server === pull.server)
  if (base?.environment === undefined) return
  const there = changesSince(pull.fingerprint, base.environment)
  const isWanted = base.environment.content.reveal() === environment.content.reveal()
  if (there.identical || isWanted) return
  const here = changesSince(pull.fingerprint, environment)
  throw new FlightError({
    code: 'FLIGHT_CONFLICT',
    where: file,
    what: `was pulled before the file on ${base.server} was changed: there ${keysOf(there)}; here ${hereText(here)}`,
    hint:
      `pull it into another file (flight env:pull ${app.name} FILE), bring your changes over and push that; ` +
      `${command} --force takes theirs away`,
  })
}

function hereText(here: Comparison): string {
  return here.identical ? 'nothing' : keysOf(here)
}

// +A, -B, ~C: keys, never a value.
export function keysOf({ added, removed, changed }: Comparison): string {
  const keys = [
    ...added.map((key) => `+${key}`),
    ...removed.map((key) => `-${key}`),
    ...changed.map((key) => `~${key}`),
  ]
  return keys.length === 0 ? 'comments, order or quotes' : names(keys, 12)
}
