import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import type { Ini } from '../model/definitions.ts'
import { entries } from './node.ts'
import type { Node } from './node.ts'

// on/off/yes/no/true/false as a boolean; absent is `fallback`.
export function isOn(value: boolean | string | undefined, fallback: boolean): boolean {
  return value === undefined ? fallback : value === true || value === 'on' || value === 'yes'
}

// A path of the controller: ~ is the home directory, anything relative lies under `base`.
export function localPath(path: string, base: string): string {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2))
  return isAbsolute(path) ? path : resolve(base, path)
}

// An ini section. A number stays as it was typed (0644, 1.10), a boolean becomes On or Off.
export function iniOf(node: Node | undefined): Ini {
  const ini: Record<string, string> = {}
  for (const [key, { node: value }] of entries(node)) {
    if (value.kind !== 'scalar') continue
    ini[key] =
      typeof value.value === 'boolean'
        ? value.value
          ? 'On'
          : 'Off'
        : typeof value.value === 'number'
          ? value.source
          : String(value.value)
  }
  return ini
}
