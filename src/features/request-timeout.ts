// How long a reload of FPM waits for running requests: FPM ends a request a while after its limit (measured: 5.7 to 6.5
// s for a limit of 5). In seconds, like all of these.
export function reloadPatience(requestDuration: number): number {
  return Math.ceil((requestDuration * 4) / 3)
}

// How long nginx waits for an answer of PHP: longer than FPM lets a request run.
export function fastcgiReadTimeout(requestDuration: number): number {
  return reloadPatience(requestDuration) + 5
}
