const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action " +
  "'self'; base-uri 'none'; frame-ancestors 'none'"

// What every answer says about itself. A page tells its own site where a form comes from: without that a browser sends
// "Origin: null" with every form, and nobody can tell a form of ours from a stranger's.
export function setHeaders(headers: Headers, { isPage, isTls }: { isPage: boolean; isTls: boolean }): void {
  headers.set('content-security-policy', POLICY)
  headers.set('x-content-type-options', 'nosniff')
  headers.set('referrer-policy', isPage ? 'same-origin' : 'no-referrer')
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  if (isTls) headers.set('strict-transport-security', 'max-age=31536000')
}
