type Route = { method: string; path: string }

// Gives the methods that are answered at a path, sorted; HEAD wherever GET is.
export function methodsAt(routes: readonly Route[]): (path: string) => string[] {
  const known = routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({ method, parts: path.split('/') }))
  return (path) => {
    const parts = path.split('/')
    const fits = known.filter(
      (route) =>
        route.parts.length === parts.length &&
        route.parts.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index])),
    )
    return [...new Set(fits.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort()
  }
}
