// Gives the values of a label back as they are, the first so many different ones; what comes after them is `other`, so
// that nobody can fill the memory of whoever collects.
export function boundedLabel(most: number): (value: string) => string {
  const seen = new Set<string>()
  return (value) => {
    if (seen.has(value)) return value
    if (seen.size >= most || value.length > 100) return 'other'
    seen.add(value)
    return value
  }
}
