import { violations } from '../schema/violation.ts'
import type { Validator, Violation } from '../schema/violation.ts'
import { schemaWords } from '../schema/wording.ts'
import { at, keyPlace, placeAt, plain } from './node.ts'
import type { Node } from './node.ts'
import type { Finding } from './place.ts'

// More than this from one file is one mistake repeated.
const MAX_FINDINGS = 100

// What a definition's schema finds wrong, with places. Of a part of a definition nothing is demanded at the top.
export function checkSchema(validator: Validator, root: Node, extent: 'whole' | 'partial' = 'whole'): Finding[] {
  const found = violations(validator, plain(root)).filter(
    ({ keyword, path }) => extent === 'whole' || keyword !== 'required' || path.length > 0,
  )
  const findings = found.slice(0, MAX_FINDINGS).map((violation) => finding(root, violation))
  if (found.length > MAX_FINDINGS) {
    findings.push({
      code: 'FLIGHT_SCHEMA',
      place: root.place,
      path: [],
      what: `and ${found.length - MAX_FINDINGS} more mistakes`,
    })
  }
  return findings
}

function finding(root: Node, violation: Violation): Finding {
  const { path, key } = violation
  const place = (key === undefined ? undefined : keyPlace(at(root, ...path), key)) ?? placeAt(root, path)
  const { what, hint } = schemaWords(violation)
  return { code: 'FLIGHT_SCHEMA', place, path, what, ...(hint === undefined ? {} : { hint }) }
}
