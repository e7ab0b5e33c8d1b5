// Milliseconds of CPU that nothing takes which grows with its input as it should, however slow the machine is. What
// grows with its square takes minutes.
export const SOON = 20_000

// The CPU that this process spends on something, in milliseconds: what a promise of "soon" means here. Time on the
// clock also passes while the machine does something else.
export async function cpuOf(act: () => unknown): Promise<number> {
  const began = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}
