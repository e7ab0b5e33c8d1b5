import { deleteCookie, setCookie } from 'hono/cookie'
import type { Hono } from 'hono'
import { bearer, COOKIE, lookerOf } from './asker.ts'
import { readBytes, BODY_LIMIT } from './body.ts'
import type { DoorContext, DoorEnv, Doorkeeper, Viewer } from './door-options.ts'
import { boundBody } from './bound-body.ts'
import { refuse } from './problem.ts'
import { loginPage } from '../page/plain-pages.tsx'
import { type Asker, nameOf } from './rights.ts'

// The way in to the pages, the way out, and the pages.
export function addPageRoutes(app: Hono<DoorEnv>, keeper: Doorkeeper): void {
  app.post('/login', async (c) => {
    refuseFromElsewhere(c)
    const fields = new URLSearchParams((await readBytes(c, BODY_LIMIT)).toString('utf8'))
    const shown = fields.get('token')?.trim() ?? ''
    const asker = await bearer(c, keeper, shown)
    if (asker?.is !== 'token' || asker.token.purpose !== 'read')
      return c.html(
        loginPage({
          said: 'That is no token that may read here. Is it whole, and not expired?',
          next: pathOf(fields.get('next')),
        }),
        401,
      )
    c.set('who', nameOf(asker))
    const { expires } = asker.token
    setCookie(c, COOKIE, shown, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      secure: c.var.origin.scheme === 'https',
      ...(expires === null
        ? {}
        : { maxAge: Math.min(Math.floor((Date.parse(expires) - keeper.now().getTime()) / 1000), 34_560_000) }),
    })
    return c.redirect(pathOf(fields.get('next')), 303)
  })

  app.post('/logout', (c) => {
    refuseFromElsewhere(c)
    deleteCookie(c, COOKIE, { httpOnly: true, sameSite: 'Strict', path: '/', secure: c.var.origin.scheme === 'https' })
    return c.redirect('/login', 303)
  })

  app.get('/login', (c) => c.html(loginPage({ next: pathOf(c.req.query('next')) })))
}

// A page for whoever may look; the others are shown the way in.
export async function pageFor(c: DoorContext, keeper: Doorkeeper): Promise<Response> {
  const isOpen = c.req.path.startsWith('/assets/')
  const asker = isOpen ? undefined : await lookerOf(c, keeper)
  if (asker !== undefined) c.set('who', nameOf(asker))
  if (!isOpen && asker === undefined) return c.redirect(`/login?next=${encodeURIComponent(pathOf(c.req.path))}`, 303)
  const answer = await keeper.pages.fetch(c.req.raw, { viewer: asker === undefined ? undefined : viewerOf(asker) })
  const isStream = answer.body !== null && /^text\/event-stream\b/.test(answer.headers.get('content-type') ?? '')
  return new Response(isStream ? boundBody(c, keeper, answer.body) : answer.body, answer)
}

function viewerOf(asker: Asker): Viewer {
  return { name: nameOf(asker), app: asker.is === 'token' ? asker.token.app : null, canLogOut: asker.is === 'token' }
}

// A form of another site is not obeyed.
function refuseFromElsewhere(c: DoorContext): void {
  const from = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const own = [`${c.var.origin.scheme}://${c.req.header('host') ?? ''}`, new URL(c.var.origin.base).origin]
  const isOwn = from !== undefined && from !== 'null' ? own.includes(from) : site === 'same-origin'
  if (!isOwn || (site !== undefined && site !== 'same-origin'))
    refuse('forbidden', {
      detail: 'This form was sent from another site.',
      hint: 'Open the page of this server and log in there.',
    })
}

// A path of this site, nothing else.
function pathOf(text: string | null | undefined): string {
  return text !== null && text !== undefined && /^\/(?:[A-Za-z0-9_-][A-Za-z0-9/_.-]*)?$/.test(text) ? text : '/'
}
