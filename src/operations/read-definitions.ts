import { findDefinitions } from '../definitions/find-root.ts'
import { loadDefinitions, type DefinitionWarning } from '../definitions/load.ts'
import type { Definitions } from '../model/definitions.ts'

// The definitions that a command line means, found and checked.
export async function readDefinitions(flags: {
  definitions: string | undefined
}): Promise<{ definitions: Definitions; warnings: readonly DefinitionWarning[] }> {
  return loadDefinitions(await findDefinitions(process.cwd(), flags.definitions))
}
