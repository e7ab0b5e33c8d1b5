import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Desk } from './desk.ts'

// What an app's definition says beyond the usual: more keys, its PHP, another domain than APP.example.com.
type More = { php?: string; domain?: string; more?: string }

// The definition of an app on these servers, each `{ name: web-1, … }`; `\n`-ended lines of `more` are keys of the app.
export function app(
  name: string,
  servers: readonly string[],
  { php = '8.2', domain = `${name}.example.com`, more = '' }: More = {},
): string {
  return (
    `repo: /srv/git/${name}.git\nphp: ${php}\ncluster: web\ndomain: ` +
    `${domain}\n${more}servers:\n${servers.map((server) => `  - ${server}\n`).join('')}`
  )
}

// One of its servers that answers requests, with so many workers.
export function serves(server: string, workers = 4): string {
  return `{ name: ${server}, web: { pm: static, max_workers: ${workers} } }`
}

// Writes an app's definition and has flight do it.
export async function configure(
  at: Desk,
  name: string,
  definition: string,
  ...words: readonly string[]
): Promise<string> {
  at.put(`apps/${name}.yml`, definition)
  return (await at.expect(0, 'app:configure', name, '--yes', ...words)).said
}

// Takes an app out of the definitions.
export function forget(at: Desk, name: string): void {
  rmSync(join(at.folder, `apps/${name}.yml`))
}

// What a terminal shows, without its line breaks.
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
