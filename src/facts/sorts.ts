import type { FactName } from '../model/fact.ts'
import type { FactSort } from './fact.ts'
import { environmentFact } from './environment.ts'
import { fileFact } from './file.ts'
import { foreignFact } from './foreign.ts'
import { groupFact } from './group.ts'
import { keyFact } from './key.ts'
import { manifestFact } from './manifest.ts'
import { memoryFact } from './memory.ts'
import { packageFact } from './package.ts'
import { programsFact } from './programs.ts'
import { pushesFact } from './pushes.ts'
import { releasesFact } from './releases.ts'
import { serviceFact } from './service.ts'
import { userFact } from './user.ts'

// Every sort of fact, in the order in which a probe asks.
export const FACT_SORTS: { readonly [N in FactName]: FactSort<N> } = {
  file: fileFact,
  key: keyFact,
  manifest: manifestFact,
  foreign: foreignFact,
  user: userFact,
  group: groupFact,
  service: serviceFact,
  package: packageFact,
  programs: programsFact,
  memory: memoryFact,
  environment: environmentFact,
  releases: releasesFact,
  pushes: pushesFact,
}
