export type Count = { passed: number; failed: number; skipped: number }

// What a test file's output says of itself. A file that ran nothing, or crashed after its last test, has failed.
export function counted(output: string, exitCode: number | null): Count {
  const number = (word: string) => Number(new RegExp(`^\\s+${word}:\\s+(\\d+)`, 'm').exec(output)?.[1] ?? 0)
  const total = number('Total')
  const passed = number('Passed')
  const skipped = number('Skipped')
  const failed = total - passed
  if (total + skipped === 0) return { passed: 0, failed: 1, skipped: 0 }
  return { passed, skipped, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}
