export const PURPOSES = ['release', 'ping', 'read', 'webhook'] as const
export type Purpose = (typeof PURPOSES)[number]

// Somebody's right to ask the deployment server. What they show is `flight_ID_SECRET`;
// only the digest of SECRET is kept. A webhook's secret signs rather than shows
// itself: it is derived from the server's own key and this id, and kept nowhere.
export type Token = {
  id: string // 12 letters and digits
  name: string // what people call it; stands in the audit log
  purpose: Purpose
  app: string | null // null: every app (read and ping only)
  hash: string // sha256 of SECRET, hex; empty for a webhook
  created: string // ISO 8601, UTC, as all times here
  expires: string | null
  revoked: string | null
}
