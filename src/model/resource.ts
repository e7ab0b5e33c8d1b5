import type { ForeignQuery } from './fact.ts'
import type { SourceKey, SourcePin } from './definitions.ts'
import type { ConfigurationMark, ConfigurationTest } from './service.ts'

// One thing that shall exist on one server. Everything in it is data that fits JSON: it is what a plan is compared by.

export type AptSourceDesired = {
  name: string // file name without extension
  uri: string
  suites: readonly string[]
  components: readonly string[]
  key: SourceKey
  pin: readonly SourcePin[]
}
export type PackageDesired = { name: string }
export type DirectoryDesired = { path: string; mode: string; owner: string; group: string }
export type FileDesired = {
  path: string
  content: string
  mode: string
  owner: string
  group: string
  scope: string // who wants it, for retiring: cluster, app:shop
  // The package that brings this path as its own configuration file: where that package already is and Flight did not
  // write the file, it belongs to somebody and stays as it is.
  conffileOf: string | undefined
  // What nobody else may claim on this server once this file is there.
  claims: readonly ForeignQuery['claim'][]
}
export type LinkDesired = { path: string; target: string; owner: string; group: string }
export type UserDesired = { name: string; home: string; createHome: boolean; shell: string }
export type ServiceDesired = {
  unit: string // with .service
  title: string // as people say it: nginx, PHP 8.2 FPM
  configuration: readonly string[] // folders and files that it loads
  mark: ConfigurationMark
  test: ConfigurationTest
  changes: readonly string[] // paths below `configuration` that this plan writes; filled in while resolving
  extensions: string | undefined // what the names of packages begin with that it loads: php8.2-
  installs: readonly string[] // such packages that this plan installs; filled in while resolving
}
export type ComposerDesired = { path: string; url: string; sha256: string }
export type RetiredDesired = { path: string; scope: string; comment: '#' | ';' }

export type DesiredOf = {
  'apt-source': AptSourceDesired
  package: PackageDesired
  directory: DirectoryDesired
  file: FileDesired
  link: LinkDesired
  user: UserDesired
  service: ServiceDesired
  composer: ComposerDesired
  retired: RetiredDesired
}

export type KindName = keyof DesiredOf

export type ResourceOf<K extends KindName> = {
  kind: K
  name: string // unique among the server's resources of this kind: a path, a package, a unit
  feature: string // in the user's words: nginx, PHP 8.2, composer
  desired: DesiredOf[K]
}

export type Resource = { [K in KindName]: ResourceOf<K> }[KindName]

// SERVER/KIND/NAME
export function addressOf(server: string, resource: { kind: string; name: string }): string {
  return `${server}/${resource.kind}/${resource.name}`
}
