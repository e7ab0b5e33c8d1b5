// A hook that fails must say so: the test runner ends the file and swallows the reason.
export function loud(act: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      await act()
    } catch (error) {
      process.stderr.write(
        `the set-up failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      )
      throw error
    }
  }
}
