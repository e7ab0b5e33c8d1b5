import { program } from '../shell/program.ts'
import { recordsOf } from './keep.ts'
import { EXIT_UNKNOWN_PACKAGE, EXIT_WOULD_UPGRADE, type StepSort } from './step.ts'

// One apt transaction that changes nothing but what the plan names.
export const installStep: StepSort<'install'> = {
  long: true,
  shell: ({ packages, refresh, upgrades, removes, sources }, place) =>
    program('step-install', {
      ...recordsOf(place),
      packages: [packages],
      refresh: refresh ? '1' : '',
      refused:
        sources.length === 0
          ? 'the package lists could not be read'
          : 'the package lists could not be read; the source that this plan adds is taken back, so that apt works as ' +
            'before',
      sources: sources.map((path) => [path]),
      upgrades: named(upgrades),
      removes: named(removes),
      exit_unknown_package: EXIT_UNKNOWN_PACKAGE,
      exit_would_upgrade: EXIT_WOULD_UPGRADE,
    }),
}

const named = (packages: readonly string[]) => packages.map((name) => `:${name}:`).join(' ')
