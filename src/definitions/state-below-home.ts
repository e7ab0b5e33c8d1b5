import { at, text } from './node.ts'
import { readSource } from './source.ts'

// Where below ~ the state folder lies, for whoever runs Flight with another home; undefined where flight.yml names one
// place for everybody. For definitions that are valid.
export async function stateBelowHome(root: string): Promise<string | undefined> {
  const { node } = await readSource(root, 'flight.yml')
  const written = text(at(node, 'state'))
  if (written === undefined) return '.local/state/flight'
  return written.startsWith('~/') ? written.slice(2) : undefined
}
