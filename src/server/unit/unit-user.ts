import { readFile } from 'node:fs/promises'

// The home of a user as /etc/passwd has it; where it has none yet, the one that useradd would give.
export async function homeOf(user: string, passwd = '/etc/passwd'): Promise<string> {
  const lines = (await readFile(passwd, 'utf8')).split('\n').map((line) => line.split(':'))
  return lines.find(([name]) => name === user)?.[5] ?? `/home/${user}`
}
