// How long nginx waits for an answer of PHP: longer than FPM, which ends a request a while after its limit (measured: 5.7 to
// 6.5 s for a limit of 5).
export function fastcgiReadTimeout(requestDuration: number): number {
  return Math.ceil((requestDuration * 4) / 3) + 5
}
