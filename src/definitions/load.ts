import type { Definitions } from '../model/definitions.ts'
import { FlightError } from '../model/errors.ts'
import { cluster } from '../schema/generated/cluster.js'
import { flight } from '../schema/generated/flight.js'
import { checkSchema } from './check-schema.ts'
import { at, items } from './node.ts'
import type { Node } from './node.ts'
import { checkPhpVersion } from './php-version.ts'
import { problemsOf } from './place.ts'
import type { Finding } from './place.ts'
import { resolveCluster } from './resolve-cluster.ts'
import { resolveSettings } from './resolve-settings.ts'
import { readSource, readSources } from './source.ts'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

// What is legal and unwise: shown, never refused.
export type Warning = { where: string; what: string; hint?: string }

// Reads and checks the whole folder. Throws one FlightError that holds everything that is wrong.
export async function loadDefinitions(folder: string): Promise<{ definitions: Definitions; warnings: Warning[] }> {
  const root = resolve(folder)
  const findings: Finding[] = []
  let settingsNode: Node | undefined
  if (existsSync(join(root, 'flight.yml'))) {
    const read = await readSource(root, 'flight.yml')
    findings.push(...read.findings)
    settingsNode = read.node
    if (settingsNode !== undefined) findings.push(...checkSchema(flight, settingsNode))
  }
  const clusters = await readSources(root, 'clusters', cluster)
  findings.push(...clusters.findings)
  for (const { node } of clusters.sources) {
    findings.push(...items(at(node, 'php')).flatMap((version, index) => checkPhpVersion(version, ['php', index])))
  }
  if (findings.length > 0) throw new FlightError(problemsOf(findings))
  const { settings, phpSource } = resolveSettings(settingsNode, root)
  const defaults = { root, ssh: settings.ssh, phpSource }
  const resolved = clusters.sources.map(({ name, file, node }) => resolveCluster(name, file, node as Node, defaults))
  return { definitions: { root, settings, clusters: resolved, apps: [] }, warnings: [] }
}
