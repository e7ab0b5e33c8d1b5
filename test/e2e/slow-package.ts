import { type AptRepository } from '../lab/apt-repository.ts'
import { type PackageSpec } from '../lab/deb-package.ts'
import { type LabHost } from '../lab/host.ts'

// A package whose installation takes some seconds, in which tests interfere. It notes each beginning and end in /srv.
export function slowPackage(name: string, seconds: number): PackageSpec {
  return {
    name,
    version: '1.0',
    scripts: { postinst: `#!/bin/sh\necho begun >>/srv/${name}\nsleep ${seconds}\necho ended >>/srv/${name}\n` },
  }
}

// Lets a host's apt know a suite of the repository, as an admin would.
export async function knowSuite(host: LabHost, repository: AptRepository, suite: string): Promise<void> {
  await host.must(
    `echo 'deb [trusted=yes] ${repository.url} ${suite} main' >/etc/apt/sources.list.d/lab.list && apt-get -q ` +
      `update -o Dir::Etc::sourcelist=sources.list.d/lab.list -o Dir::Etc::sourceparts=/dev/null -o ` +
      `APT::Get::List-Cleanup=0`,
  )
}

// Waits until a slow package is being installed.
export async function installing(host: LabHost, name: string): Promise<void> {
  await host.must(`for n in $(seq 300); do [ -e /srv/${name} ] && exit 0; sleep 0.1; done; exit 1`)
}

// Waits until no step of flight runs any more.
export async function quiet(host: LabHost): Promise<void> {
  await host.must(
    `for n in $(seq 600); do [ -z "$(systemctl list-units --no-legend --plain ` +
      `--state=active,activating,deactivating 'flight-*.service')" ] && exit 0; sleep 0.1; done; exit 1`,
  )
}
