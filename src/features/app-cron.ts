import { appFiles, appPaths } from '../model/app-paths.ts'
import { cronCommand, cronLog } from '../shell/cron-command.ts'
import { render } from '../shell/template.ts'
import { environmentOf } from './app-command.ts'
import type { AppFeature } from './feature.ts'
import { appFile } from './resources.ts'

// Laravel's scheduler every minute, and commands at times of their own. Nothing holds a lock around the scheduler: one
// long task would suppress every other minute. Nothing before the first release.
export const appCronFeature: AppFeature = ({ app, on }) => {
  const { current } = appPaths(app.name)
  const jobs = [
    ...(on.scheduler ? [{ at: '* * * * *', log: 'scheduler', command: 'artisan schedule:run' }] : []),
    ...on.cron.map(({ name, at, command }) => ({ at, log: cronLog(name), command })),
  ]
  if (jobs.length === 0) return []
  const { USER, PATH, LANG } = environmentOf(app)
  const entries = jobs.map(({ at, log, command }) => ({ at, command: cronCommand(app.name, log, command) }))
  const file = appFile(app, 'cron', {
    path: appFiles(app.name).cron,
    content: render('app.cron', { source: app.file, user: USER, path: PATH, lang: LANG, entries }),
  })
  return [{ ...file, awaits: current }]
}
