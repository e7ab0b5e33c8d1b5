import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LabHost } from '../lab/host.ts'
import { sharedLab } from '../lab/shared.ts'
import { desk } from './desk.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

// A cluster definition: some settings, and web servers that are reached by their names in the lab's ssh configuration.
export function cluster(servers: readonly Pick<LabHost, 'name'>[], settings = 'php: [ 8.2 ]\n'): string {
  return `${settings}servers:\n${servers.map(({ name }) => `  - { name: ${name}, host: ${name}, web_server: true }\n`).join('')}`
}

// The files of a definitions folder with one cluster `web` of these servers.
export function web(servers: readonly Pick<LabHost, 'name'>[], settings?: string): Record<string, string> {
  return { 'clusters/web.yml': cluster(servers, settings) }
}

// Bookworm hosts that are exactly as `web()` says, made of a layer that flight itself provisioned once.
export async function provisioned<const Names extends readonly string[]>(...names: Names): Promise<{ -readonly [At in keyof Names]: LabHost }> {
  const lab = await sharedLab()
  const warm = `provisioned-${digestOfProvisioning()}`
  await lab.warmUp('bookworm', warm, async (host) => {
    const { expect } = await desk(web([host]))
    await expect(0, 'provision', 'web', '--yes')
  })
  return (await lab.startHosts(names.map((name) => ({ name, suite: 'bookworm' as const, warm })))) as { -readonly [At in keyof Names]: LabHost }
}

// Changes whenever provisioning might leave something else on a server.
function digestOfProvisioning(): string {
  const hash = createHash('sha256')
  for (const folder of ['templates', 'src/features', 'src/kinds', 'src/steps', 'src/shell', 'src/model']) {
    for (const file of filesIn(join(root, folder))) hash.update(file.slice(root.length)).update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 12)
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
}
