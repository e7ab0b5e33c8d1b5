import type { Token } from '../model/token.ts'
import { tableText, type TableOptions } from './table.ts'

// Who may ask the deployment server for what; those that are over stand last.
export function tokensText(tokens: readonly Omit<Token, 'hash'>[], now: string, options: TableOptions): string {
  if (tokens.length === 0)
    return 'There is no token yet: flight serve:token --app APP --purpose release --name NAME makes one.\n'
  const state = ({ revoked, expires }: Omit<Token, 'hash'>) =>
    revoked !== null
      ? `revoked ${revoked.slice(0, 10)}`
      : expires === null
        ? ''
        : `${expires <= now ? 'expired' : 'until'} ${expires.slice(0, 10)}`
  const isOver = ({ revoked, expires }: Omit<Token, 'hash'>) => revoked !== null || (expires !== null && expires <= now)
  const ordered = [...tokens.filter((token) => !isOver(token)), ...tokens.filter(isOver)]
  return `${tableText(
    ['id', 'name', 'for', 'app', 'made', ''],
    ordered.map((token) => [
      token.id,
      token.name,
      token.purpose,
      token.app ?? 'every app',
      token.created.slice(0, 10),
      state(token),
    ]),
    options,
  )}\n`
}
