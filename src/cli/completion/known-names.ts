import { findDefinitions } from '../../definitions/find-root.ts'
import { listFiles } from '../../definitions/list-files.ts'
import { at, items, text } from '../../definitions/node.ts'
import { readSource } from '../../definitions/source.ts'
import { FlightError } from '../../model/errors.ts'
import type { Names } from './candidates.ts'

// The names in the definitions folder, also when something in it is wrong: a half written folder completes, too.
export async function knownNames(from: string, given: string | undefined): Promise<Names> {
  try {
    const root = await findDefinitions(from, given)
    const clusters = (await listFiles(root, 'clusters')).files.filter(({ base }) => !base)
    const apps = (await listFiles(root, 'apps')).files.filter(({ base }) => !base)
    const servers = await Promise.all(clusters.map(({ file }) => serversOf(root, file)))
    return {
      clusters: clusters.map(({ name }) => name),
      apps: apps.map(({ name }) => name),
      servers: servers.flat().sort(),
    }
  } catch (error) {
    if (error instanceof FlightError) return { clusters: [], apps: [], servers: [] }
    throw error
  }
}

async function serversOf(root: string, file: string): Promise<string[]> {
  const { node } = await readSource(root, file)
  return items(at(node, 'servers'))
    .map((server) => text(at(server, 'name')))
    .filter((name) => name !== undefined)
}
