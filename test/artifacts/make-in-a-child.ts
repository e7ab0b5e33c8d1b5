import { makeArtifact } from '../../src/artifacts/make-artifact.ts'
import type { ArtifactRequest } from '../../src/model/artifact.ts'

// Makes one artifact in a process of its own and says what happened, with the most memory that it took (MB).

const request = {
  deployKey: undefined,
  subdirectory: undefined,
  found: undefined,
  given: undefined,
  sshConfig: undefined,
  ...(JSON.parse(process.argv[2] ?? '{}') as object),
} as ArtifactRequest
const { artifact } = await makeArtifact(request, {
  signal: new AbortController().signal,
  tell(event) {
    if (event.kind === 'waiting') process.stdout.write(`waiting ${event.holder}\n`)
    if (event.kind === 'fetching') process.stdout.write('fetching\n')
  },
})
process.stdout.write(`sha256 ${artifact.sha256}\nrss ${Math.round(process.resourceUsage().maxRSS / 1024)}\n`)
