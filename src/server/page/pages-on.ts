import type { Desk } from '../../model/desk.ts'
import type { Looker } from './layout.tsx'
import { pageRoutes } from './page-routes.ts'
import { restrictedDesk } from './restricted-desk.ts'

type PagesOn = {
  fetch(request: Request, env: { viewer: (Looker & { app: string | null }) | undefined }): Response | Promise<Response>
}

// The pages as each may see them: all of it, or one app alone.
export function pagesOn(desk: Desk, options: { now(): Date; url: string | undefined }): PagesOn {
  const all = pageRoutes(desk, options)
  const some = new Map<string, ReturnType<typeof pageRoutes>>()
  return {
    fetch(request, { viewer }) {
      const app = viewer?.app ?? null
      if (app === null) return all.fetch(request, { viewer })
      const own = some.get(app) ?? pageRoutes(restrictedDesk(desk, app), options)
      some.set(app, own)
      return own.fetch(request, { viewer })
    },
  }
}
