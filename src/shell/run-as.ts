import { quote } from './quote.ts'

// Shell that runs a script as another user, with nothing of root's environment and its umask 022 (domain.md, measured
// with hostile values): work inside an app's tree is done as that app.
export function runAs(user: string, script: string): string {
  if (user === 'root') return `sh -c ${quote(script)}`
  const home = quote(`HOME=/home/${user}`)
  const name = quote(user)
  return (
    `runuser -u ${name} -- env -i ${home} USER=${name} LOGNAME=${name} PATH=/usr/local/bin:/usr/bin:/bin ` +
    `LANG=C.UTF-8 sh -c ${quote(`cd / && umask 022 && ${script}`)}`
  )
}
