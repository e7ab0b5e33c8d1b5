import type { NewRequest, Request } from '../../src/model/request.ts'

// Requests for tests that are about what follows from them.

export const A_COMMIT = 'a'.repeat(40)

export function newRelease(
  app: string,
  commit = A_COMMIT,
  more: Partial<Omit<NewRequest, 'app' | 'wish'>> & { ref?: string | null; older?: boolean } = {},
): NewRequest {
  const { ref = null, older = false, ...rest } = more
  return { app, wish: { does: 'release', commit, ref, older }, key: null, by: 'ci', ...rest }
}

export function aRequest(id: number, app: string, more: Partial<Request> = {}): Request {
  return {
    ...newRelease(app),
    id,
    asked: '2026-01-02T03:04:05.000Z',
    state: 'waiting',
    notBefore: null,
    attempts: 0,
    cancelled: null,
    began: null,
    ended: null,
    release: null,
    end: null,
    supersededBy: null,
    ...more,
  }
}
