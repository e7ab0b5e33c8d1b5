import { kindOf } from '../kinds/kinds.ts'
import type { Action } from '../model/action.ts'
import type { PlannedInstall } from '../model/plan.ts'
import { onOneLine } from '../model/printable.ts'
import { count } from '../model/words.ts'

export type Version = { name: string; version: string } // version: empty where it is decided later

export type PackageView = {
  title: string // install 23 packages …
  wanted: { feature: string; packages: Version[] }[] // name and version, by the feature that wants them
  needed: Version[] // what comes along
  loud: string[] // upgrades and removals
  notes: string[]
}

const LATER = 'version decided after the lists are refreshed'

// Everything that apt does on a server, in one transaction; undefined where it does nothing.
export function packageView(actions: readonly Action[], install: PlannedInstall | null): PackageView | undefined {
  const packages = actions.flatMap((action) => {
    const installed = kindOf(action.kind).installs?.(action)
    return installed === undefined ? [] : [{ feature: action.feature, ...installed }]
  })
  if (packages.length === 0) return undefined
  const versions = new Map((install?.installs ?? []).map(({ name, version }) => [name, version]))
  const names = new Set(packages.map(({ name }) => name))

  const features = new Map<string, Version[]>()
  let later = 0
  for (const { feature, name, version: candidate } of packages) {
    const version = versions.get(name) ?? (install?.refresh === true ? undefined : candidate)
    if (version === undefined) later++
    const list = features.get(feature) ?? []
    list.push({ name, version: version ?? '' })
    features.set(feature, list)
  }

  const needed = (install?.installs ?? []).filter(({ name }) => !names.has(name))
  const also = needed.length === 0 ? '' : `, with ${needed.length} more that these need`
  return {
    title: `install ${count(packages.length, 'package')} in one apt transaction${also}`,
    wanted: [...features].map(([feature, list]) => ({ feature: onOneLine(feature), packages: list })),
    needed,
    loud: loudOf(install),
    notes: [
      ...(install?.interrupted === true ? ['finishes the interrupted dpkg run first'] : []),
      ...(install?.refresh === true ? ['refreshes the package lists first'] : []),
      ...(later === 0
        ? []
        : [later === packages.length ? LATER : `${count(later, 'package')} without a version here: ${LATER}`]),
    ],
  }
}

// Names and versions; where neighbours share a version it is
// said once, after the last: php8.2-cli, php8.2-fpm (8.2.26-1).
export function byVersion(list: readonly Version[]): string[] {
  return list.map(({ name, version }, index) => {
    const again = list[index + 1]?.version === version
    return onOneLine(again || version === '' ? name : `${name} (${version})`)
  })
}

// What apt would change beside installing, one line each.
export function loudOf(install: PlannedInstall | null): string[] {
  return [
    ...(install?.upgrades ?? []).map(({ name, from, to }) => onOneLine(`UPGRADES ${name} ${from} -> ${to}`)),
    ...(install?.removes ?? []).map(({ name, version }) => onOneLine(`REMOVES ${name} ${version}`)),
  ]
}
