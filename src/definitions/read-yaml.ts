import { constructFromEvents, CORE_SCHEMA, type Event, EVENT_ID, parseEvents, realMapTag, YAMLException } from 'js-yaml'
import { printable } from '../schema/printable.ts'
import type { NodeEntry, Node } from './node.ts'
import { type Finding, ofFile, type Place } from './place.ts'

// Aliases are for a handful of repeated values. Written out, a file may not grow beyond this many nodes.
const MAX_ALIASES = 100
const MAX_NODES = 100_000
const MAX_DEPTH = 50

const SCHEMA = CORE_SCHEMA.withTags(realMapTag)

// One YAML document as a tree with places; or what is wrong with it.
export function readYaml(file: string, source: string): Node | Finding {
  const lines = indexLines(file, source)
  try {
    const events = parseEvents(source, { filename: file, maxDepth: MAX_DEPTH })
    const documents = constructFromEvents(events, { source, schema: SCHEMA, maxAliases: MAX_ALIASES })
    if (documents.length > 1) {
      const second = events.findIndex((event, index) => index > 0 && event.type === EVENT_ID.DOCUMENT)
      const start = events
        .slice(second)
        .map(startOf)
        .find((offset) => offset >= 0)
      return fault(
        lines(start ?? 0),
        'must hold one YAML document, holds several',
        'one file a definition; remove the ---',
      )
    }
    if (documents.length === 0 || documents[0] === null || documents[0] === undefined) {
      return fault(ofFile(file), 'is empty', 'write a definition, or remove the file')
    }
    return new Builder(source, events, lines).build(documents[0])
  } catch (error) {
    if (error instanceof Refusal) return fault(error.place, error.message, error.hint)
    if (!(error instanceof YAMLException)) throw error
    const place = error.mark === undefined ? ofFile(file) : lines(error.mark.position)
    return fault(place, `is no valid YAML: ${error.reason}`, hintFor(error.reason))
  }
}

// Thrown inside this file only: the tree cannot be built.
class Refusal extends Error {
  readonly place: Place
  readonly hint: string | undefined

  constructor(place: Place, what: string, hint?: string) {
    super(what)
    this.place = place
    this.hint = hint
  }
}

// Walks the events and the constructed values side by side: events know places, values know types.
class Builder {
  private index = 1 // 0 is the document
  private readonly anchors = new Map<string, Node | 'open'>()
  private readonly source: string
  private readonly events: readonly Event[]
  private readonly lines: LineIndex

  constructor(source: string, events: readonly Event[], lines: LineIndex) {
    this.source = source
    this.events = events
    this.lines = lines
  }

  build(value: unknown): Node {
    const event = this.events[this.index++]!
    const place = this.lines(startOf(event))
    if (event.type === EVENT_ID.ALIAS)
      return this.anchored(this.source.slice(event.anchorStart, event.anchorEnd), place)
    const anchor =
      'anchorStart' in event && event.anchorStart >= 0
        ? this.source.slice(event.anchorStart, event.anchorEnd)
        : undefined
    if (anchor !== undefined) this.anchors.set(anchor, 'open')
    const node = this.content(event, value, place)
    if (anchor !== undefined) this.anchors.set(anchor, node)
    if (node.size > MAX_NODES)
      throw new Refusal(place, `holds more than ${MAX_NODES} values once its aliases are written out`)
    return node
  }

  private anchored(name: string, place: Place): Node {
    const node = this.anchors.get(name)
    if (node === undefined || node === 'open') throw new Refusal(place, `*${name} stands inside what it refers to`)
    return node
  }

  private content(event: Event, value: unknown, place: Place): Node {
    if (event.type === EVENT_ID.SCALAR) {
      const source = event.valueStart < 0 ? '' : this.source.slice(event.valueStart, event.valueEnd)
      return { kind: 'scalar', place, size: 1, value: value as string | number | boolean | null, source }
    }
    const node = Array.isArray(value)
      ? this.list(value, place)
      : this.map(value as ReadonlyMap<unknown, unknown>, place)
    this.index++ // the collection's end
    return node
  }

  private list(values: readonly unknown[], place: Place): Node {
    const items = values.map((value) => this.build(value))
    return { kind: 'list', place, items, size: items.reduce((sum, item) => sum + item.size, 1) }
  }

  private map(values: ReadonlyMap<unknown, unknown>, place: Place): Node {
    const entries = new Map<string, NodeEntry>()
    let size = 1
    for (const [key, value] of values) {
      const keyNode = this.build(key)
      if (typeof key !== 'string') {
        const source = keyNode.kind === 'scalar' && keyNode.source !== '' ? `${keyNode.source} ` : ''
        throw new Refusal(keyNode.place, `a key must be text, ${source}is not`, 'quote it')
      }
      if (key === '__proto__') throw new Refusal(keyNode.place, 'the key __proto__ is refused')
      const node = this.build(value)
      entries.set(key, { keyPlace: keyNode.place, node })
      size += node.size
    }
    return { kind: 'map', place, entries, size }
  }
}

function startOf(event: Event): number {
  if ('valueStart' in event && event.valueStart >= 0) return event.valueStart
  if ('start' in event) return event.start
  if ('anchorStart' in event && event.anchorStart >= 0) return event.anchorStart
  return -1
}

function fault(place: Place, what: string, hint?: string): Finding {
  return {
    code: 'FLIGHT_YAML',
    place,
    path: [],
    what: printable(what.slice(0, 300)),
    ...(hint === undefined ? {} : { hint }),
  }
}

function hintFor(reason: string): string | undefined {
  if (reason.includes('tab')) return 'indent with spaces'
  if (reason.includes('maxAliases')) return 'use extends instead'
  if (reason.includes('duplicated')) return 'keep one of them'
  return undefined
}

// The place of an offset in one file.
type LineIndex = (offset: number) => Place

// Where lines begin; \n, \r\n and \r end a line, as in YAML.
function indexLines(file: string, source: string): LineIndex {
  const starts = [0]
  for (const match of source.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { file, line: low + 1, column: offset - starts[low]! + 1 }
  }
}
