import pLimit from 'p-limit'

// sshd drops connections that are not logged in yet beyond 10 (MaxStartups).
const AT_ONCE = 8

// Lets at most 8 logins happen at once behind each door: an address, or a jump host.
export type Handshakes = <T>(door: string, work: () => Promise<T>) => Promise<T>

export function limitHandshakes(): Handshakes {
  const doors = new Map<string, ReturnType<typeof pLimit>>()
  return (door, work) => {
    const limit = doors.get(door) ?? pLimit(AT_ONCE)
    doors.set(door, limit)
    return limit(work)
  }
}
