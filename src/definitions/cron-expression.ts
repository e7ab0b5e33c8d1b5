const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

type Field = { name: string; from: number; to: number; names?: readonly string[]; firstName?: number }

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: MONTHS, firstName: 1 },
  { name: 'day of the week', from: 0, to: 7, names: DAYS, firstName: 0 },
]

// What cron would not understand in five fields, or undefined. One bad line makes cron ignore the whole file, silently.
export function cronFault(expression: string): string | undefined {
  const fields = expression.trim().split(/ +/)
  if (fields.length !== FIELDS.length) return undefined // the schema has said so
  for (const [index, field] of FIELDS.entries()) {
    const fault = fieldFault(fields[index] as string, field)
    if (fault !== undefined) return fault
  }
  return undefined
}

function fieldFault(written: string, field: Field): string | undefined {
  for (const part of written.split(',')) {
    const match = /^(?:\*|([^-/]+)(?:-([^-/]+))?)(?:\/(\d{1,4}))?$/.exec(part)
    if (match === null) return `${part === '' ? 'an empty entry' : part} is no ${field.name}`
    const [, first, last, step] = match
    const low = first === undefined ? field.from : valueOf(first, field)
    const high = last === undefined ? undefined : valueOf(last, field)
    if (low === undefined || (last !== undefined && high === undefined)) {
      return `the ${field.name} must be ${field.from}-${field.to}, is ${part}`
    }
    if (high !== undefined && high < low) return `the ${field.name} ${part} runs backwards`
    if (step !== undefined && (Number(step) < 1 || Number(step) > field.to))
      return `the step of the ${field.name} must be 1-${field.to}, is ${step}`
    if (step !== undefined && first !== undefined && last === undefined) return `a step needs * or a range: ${part}`
  }
  return undefined
}

function valueOf(text: string, field: Field): number | undefined {
  if (/^\d{1,2}$/.test(text)) {
    const value = Number(text)
    return value >= field.from && value <= field.to ? value : undefined
  }
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1
  return named < 0 ? undefined : named + (field.firstName ?? 0)
}
