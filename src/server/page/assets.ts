import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { packageRoot } from '../../model/package-root.ts'

const TYPES = {
  'flight.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'flight.svg': 'image/svg+xml',
} as const
type Name = keyof typeof TYPES
type Asset = { body: string; version: string }

const read = new Map<Name, Asset>()

// The files of templates/page, each read once.
function asset(name: Name): Asset {
  const known = read.get(name)
  if (known !== undefined) return known
  const body = readFileSync(join(packageRoot(), 'templates/page', name), 'utf8')
  const fresh = { body, version: createHash('sha256').update(body).digest('hex').slice(0, 16) }
  read.set(name, fresh)
  return fresh
}

// Where a page finds it: another version has another address.
export function assetPath(name: Name): string {
  return `/assets/${name}?v=${asset(name).version}`
}

// Style, script and sign of the pages. Nothing secret: a login page needs them before anybody has shown a token.
export function assetRoutes(): Hono {
  const routes = new Hono()
  for (const name of Object.keys(TYPES) as Name[]) {
    routes.get(`/assets/${name}`, (c) => {
      const { body, version } = asset(name)
      const etag = `"${version}"`
      c.header('ETag', etag)
      c.header('Cache-Control', c.req.query('v') === version ? 'public, max-age=31536000, immutable' : 'no-cache')
      const known = (c.req.header('If-None-Match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
      if (known.includes(etag)) return c.body(null, 304)
      return c.body(body, 200, { 'Content-Type': TYPES[name] })
    })
  }
  return routes
}
