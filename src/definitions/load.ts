import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { App, Cluster, Definitions } from '../model/definitions.ts'
import { FlightError } from '../model/errors.ts'
import type { Problem } from '../model/errors.ts'
import { app as appSchema } from '../schema/generated/app.js'
import { cluster as clusterSchema } from '../schema/generated/cluster.js'
import { flight as flightSchema } from '../schema/generated/flight.js'
import { type Advice, adviseOnApp, adviseOnCluster } from './advise.ts'
import { checkApp } from './check-app.ts'
import { checkCluster, checkSourceKey } from './check-cluster.ts'
import { checkCronLengths, checkDomains, checkServers } from './check-together.ts'
import { checkIni } from './check-ini.ts'
import { checkReferences, indexClusters } from './check-references.ts'
import { checkSchema } from './check-schema.ts'
import { checkServe } from './check-serve.ts'
import { type FilesBeside, readFilesBeside } from './files-beside.ts'
import { placeAt } from './node.ts'
import type { Node } from './node.ts'
import { ofFile, problemsOf } from './place.ts'
import type { Finding } from './place.ts'
import { resolveApp } from './resolve-app.ts'
import { resolveCluster, resolveSettings } from './resolve-settings.ts'
import { readSource, readSources } from './source.ts'
import type { Source } from './source.ts'

// What is legal and unwise: shown, never refused.
export type DefinitionWarning = { where: string; what: string; hint?: string }

export type Loaded = { definitions: Definitions; warnings: DefinitionWarning[] }

// Reads and checks the whole folder. Throws one FlightError that holds everything that is wrong.
export async function loadDefinitions(folder: string): Promise<Loaded> {
  const root = resolve(folder)
  const settings = await readSettings(root)
  const clusters = await readSources(root, 'clusters', clusterSchema)
  const apps = await readSources(root, 'apps', appSchema)
  const index = indexClusters(clusters.sources)
  const domains = checkDomains(apps.sources)
  const beside = await Promise.all(
    apps.sources.map(async (source) => ({ name: source.name, ...(await readFilesBeside(root, source)) })),
  )
  const findings = [
    ...settings.findings,
    ...clusters.findings,
    ...apps.findings,
    ...nodes(clusters.sources).flatMap((node) => [...checkCluster(node), ...checkIni(node, 'cluster')]),
    ...checkServers(clusters.sources, settings.node),
    ...nodes(apps.sources).flatMap((node) => [
      ...checkApp(node),
      ...checkIni(node, 'app'),
      ...checkReferences(node, index),
    ]),
    ...apps.sources.flatMap(checkCronLengths),
    ...domains.findings,
    ...beside.flatMap(({ findings }) => findings),
    ...(clusters.sources.length === 0 && clusters.findings.length === 0 ? [noCluster] : []),
  ]
  if (findings.length > 0) throw new FlightError(problemsOf(findings))
  const definitions = resolveAll(root, {
    settings: settings.node,
    clusters: clusters.sources,
    apps: apps.sources,
    beside: new Map(beside.map(({ name, files }) => [name, files])),
  })
  const unwise = [
    ...clusters.unused,
    ...apps.unused,
    ...domains.warnings,
    ...advice(definitions, clusters.sources, apps.sources),
  ]
  return { definitions, warnings: problemsOf(unwise).map(withoutCode) }
}

function withoutCode({ where, what, hint }: Problem): DefinitionWarning {
  return hint === undefined ? { where, what } : { where, what, hint }
}

const noCluster: Finding = {
  code: 'FLIGHT_NO_DEFINITIONS',
  place: ofFile('clusters/'),
  path: [],
  what: 'there is no cluster',
  hint: 'write clusters/NAME.yml, or begin with flight init',
}

async function readSettings(root: string): Promise<{ node: Node | undefined; findings: Finding[] }> {
  const [file, other] = (await readdir(root).catch(() => [])).filter((name) => /^flight\.ya?ml$/.test(name)).sort()
  if (file === undefined) return { node: undefined, findings: [] }
  if (other !== undefined) {
    return {
      node: undefined,
      findings: [
        {
          code: 'FLIGHT_REFERENCE',
          place: ofFile(file),
          path: [],
          what: `stands beside ${other}`,
          hint: 'keep one of them',
        },
      ],
    }
  }
  const { node, findings } = await readSource(root, file)
  return {
    node,
    findings:
      node === undefined
        ? findings
        : [...findings, ...checkSchema(flightSchema, node), ...checkSourceKey(node), ...checkServe(node)],
  }
}

function nodes(sources: readonly Source[]): Node[] {
  return sources.flatMap(({ node }) => (node === undefined ? [] : [node]))
}

type Checked = {
  settings: Node | undefined
  clusters: readonly Source[]
  apps: readonly Source[]
  beside: ReadonlyMap<string, FilesBeside> // by the name of the app
}

function resolveAll(root: string, { settings: written, clusters, apps, beside }: Checked): Definitions {
  const { settings, phpSource } = resolveSettings(written, root)
  const clusterDefaults = { root, ssh: settings.ssh, phpSource }
  const appDefaults = { root, keepReleases: settings.keepReleases }
  return {
    root,
    settings,
    clusters: clusters
      .map(({ name, file, node }) => resolveCluster(name, file, node as Node, clusterDefaults))
      .sort(byName),
    apps: apps
      .map(({ name, file, node }) =>
        resolveApp({ name, file, node: node as Node }, appDefaults, beside.get(name) as FilesBeside),
      )
      .sort(byName),
  }
}

function byName(a: Cluster | App, b: Cluster | App): number {
  return a.name < b.name ? -1 : 1
}

function advice(definitions: Definitions, clusters: readonly Source[], apps: readonly Source[]): Finding[] {
  const at = (node: Node, advice: readonly Advice[]): Finding[] =>
    advice.map((said) => ({ code: 'FLIGHT_SCHEMA', place: placeAt(node, said.path), ...said }))
  const nodeOf = (sources: readonly Source[], wanted: string): Node =>
    sources.find(({ name }) => name === wanted)?.node as Node
  return [
    ...definitions.clusters.flatMap((cluster) => at(nodeOf(clusters, cluster.name), adviseOnCluster(cluster))),
    ...definitions.apps.flatMap((app) => {
      const cluster = definitions.clusters.find(({ name }) => name === app.cluster) as Cluster
      return at(nodeOf(apps, app.name), adviseOnApp(app, cluster))
    }),
  ]
}
