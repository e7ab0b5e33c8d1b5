export type Sample = { name: string; labels: Readonly<Record<string, string>>; value: number }
export type Family = { type: string; help: string; samples: Sample[] }

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
}

// Reads Prometheus' text format 0.0.4, and refuses whatever is not exactly that.
export function readExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  const seen = new Set<string>()
  let current: [string, Family] | undefined
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (keyword === 'HELP') {
      if (!NAME.test(name) || families.has(name) || rest === '') throw new Error(`a bad or second HELP: ${line}`)
      current = [name, { type: '', help: rest, samples: [] }]
      families.set(...current)
    } else if (keyword === 'TYPE') {
      if (current?.[0] !== name || current[1].type !== '' || SUFFIXES[rest] === undefined)
        throw new Error(`a TYPE that belongs to no HELP: ${line}`)
      current[1].type = rest
    } else {
      const sample = readSample(line)
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
      if (seen.has(key)) throw new Error(`twice: ${line}`)
      seen.add(key)
      if (
        current === undefined ||
        !SUFFIXES[current[1].type]?.some((suffix) => sample.name === `${current?.[0]}${suffix}`)
      )
        throw new Error(`a sample outside of its family: ${line}`)
      current[1].samples.push(sample)
    }
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family.samples)
  return families
}

function readSample(line: string): Sample {
  const [, name = '', , inner = '', value = ''] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+)$/.exec(line) ?? []
  if (name === '' || !/^(?:[+-]?Inf|NaN|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.test(value))
    throw new Error(`no sample: ${line}`)
  const labels: Record<string, string> = {}
  let rest = inner
  while (rest !== '') {
    const [whole = '', label = '', text = ''] =
      /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,(?=.)|$)/.exec(rest) ?? []
    if (whole === '' || label in labels) throw new Error(`bad labels: ${line}`)
    labels[label] = text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
    rest = rest.slice(whole.length)
  }
  return { name, labels, value: value.endsWith('Inf') ? (value.startsWith('-') ? -Infinity : Infinity) : Number(value) }
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = new Map<string, { buckets: [number, number][]; count?: number; sum?: number }>()
  for (const {
    name: part,
    labels: { le, ...labels },
    value,
  } of samples) {
    const key = JSON.stringify(Object.entries(labels).sort())
    const one = series.get(key) ?? { buckets: [] }
    series.set(key, one)
    if (part.endsWith('_bucket')) one.buckets.push([le === '+Inf' ? Infinity : Number(le), value])
    else if (part.endsWith('_count')) one.count = value
    else one.sum = value
  }
  for (const [key, { buckets, count, sum }] of series) {
    const grows = buckets.every(
      ([le, value], index) =>
        index === 0 || (le > (buckets[index - 1]?.[0] ?? 0) && value >= (buckets[index - 1]?.[1] ?? 0)),
    )
    if (!grows || buckets.at(-1)?.[0] !== Infinity || buckets.at(-1)?.[1] !== count || sum === undefined)
      throw new Error(`${name}${key} is no histogram`)
  }
}
