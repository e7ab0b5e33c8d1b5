import type { PhpVersion } from '../model/definitions.ts'

// What a Laravel application needs of PHP, beside what comes inside
// phpX.Y-common (pdo, tokenizer, fileinfo, ctype; pcntl is built in).
const COMMON = [
  'cli',
  'mbstring',
  'xml',
  'curl',
  'zip',
  'bcmath',
  'intl',
  'gd',
  'mysql',
  'pgsql',
  'sqlite3',
  'opcache',
  'redis',
]

// The package that brings an extension for a version (domain.md): opcache is built in from 8.5 on, json from 8.0 on,
// and Debian's redis has no version in its name for 7.x, where Sury's has.
function packageOf(version: PhpVersion, extension: string, naming: PackageNaming): string | undefined {
  if (extension === 'opcache' && isAtLeast(version, '8.5')) return undefined
  if (extension === 'json' && isAtLeast(version, '8.0')) return undefined
  if (extension === 'redis' && naming === 'debian' && !isAtLeast(version, '8.0')) return 'php-redis'
  return `php${version}-${extension}`
}

// Whose names the packages have.
export type PackageNaming = 'debian' | 'sury'

// The packages of one PHP version, in the order in which a reader expects them.
export function phpPackages(
  version: PhpVersion,
  extensions: readonly string[],
  withFpm: boolean,
  naming: PackageNaming,
): string[] {
  const all = [...(withFpm ? ['fpm'] : []), ...COMMON, 'json', ...extensions]
  return [
    ...new Set(all.map((extension) => packageOf(version, extension, naming)).filter((name) => name !== undefined)),
  ]
}

export function isAtLeast(version: PhpVersion, least: PhpVersion): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}
