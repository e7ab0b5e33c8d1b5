import { type AptRepository } from '../lab/apt-repository.ts'
import { type PackageSpec } from '../lab/deb-package.ts'
import { type LabHost } from '../lab/host.ts'
import { appears, until } from './until.ts'

// A package whose installation waits at a gate, so that tests interfere while it goes on. It notes each beginning and
// end in /srv.
export function gatedPackage(name: string): PackageSpec {
  const script = `#!/bin/sh
echo begun >>/srv/${name}
until [ -e /srv/${name}.open ]; do sleep 0.1; done
echo ended >>/srv/${name}
`
  return { name, version: '1.0', scripts: { postinst: script } }
}

// Lets a gated package be installed, now and later.
export async function open(host: LabHost, name: string): Promise<void> {
  await host.must(`: >/srv/${name}.open`)
}

// Lets a host's apt know a suite of the repository, as an admin would.
export async function knowSuite(host: LabHost, repository: AptRepository, suite: string): Promise<void> {
  await host.must(
    `echo 'deb [trusted=yes] ${repository.url} ${suite} main' >/etc/apt/sources.list.d/lab.list && apt-get -q ` +
      `update -o Dir::Etc::sourcelist=sources.list.d/lab.list -o Dir::Etc::sourceparts=/dev/null -o ` +
      `APT::Get::List-Cleanup=0`,
  )
}

// Waits until a gated package is being installed.
export async function installing(host: LabHost, name: string): Promise<void> {
  await appears(host, `/srv/${name}`)
}

// Waits until no step of flight runs any more.
export async function quiet(host: LabHost): Promise<void> {
  const running = `systemctl list-units --no-legend --plain --state=active,activating,deactivating 'flight-*.service'`
  await until(
    'no step runs',
    () => host.must(running),
    (units) => units === '',
  )
}
