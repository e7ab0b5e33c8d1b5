import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { errorPage, loginPage } from '../../../src/server/page/plain-pages.tsx'
import { pageRoutes } from '../../../src/server/page/page-routes.ts'
import type { SmallDesk } from './small-desk.ts'

const CSP =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action " +
  "'self'"

export type Served = { url: string; cut(): void; refuse(isRefusing: boolean): void; close(): Promise<void> }

// The pages of a desk over HTTP, with the security header of the real server; a test can cut all connections.
export function servePages(desk: SmallDesk, now: () => Date, port = 0): Promise<Served> {
  let isRefusing = false
  const app = new Hono()
  app.use(async (c, next) => {
    if (isRefusing) return c.text('away', 503)
    await next()
    c.header('Content-Security-Policy', CSP)
  })
  app.get('/login', (c) =>
    c.html(
      loginPage({
        said: c.req.query('wrong') === undefined ? undefined : 'This token is not known here.',
        next: '/clusters',
      }),
    ),
  )
  app.get('/broken', (c) => c.html(errorPage(500), 500))
  app.route('/', pageRoutes(desk, { now }))
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (info: AddressInfo) => {
      resolve({
        url: `http://127.0.0.1:${info.port}`,
        cut: () => server.closeAllConnections(),
        refuse: (refusing) => (isRefusing = refusing),
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    }) as Server
  })
}
