import type { Request } from '../../model/request.ts'

// What is told of a request: everything but its key.
export function publicRequest(request: Request, base: string): Record<string, unknown> {
  const { key: _, wish, id, app, state, ...rest } = request
  return { id, url: requestUrl(request.id, base), app, ...wish, state, ...rest }
}

export function requestUrl(id: number, base: string): string {
  return `${base}/v1/releases/${id}`
}
