import type { Desk, ServedApp } from '../../model/desk.ts'
import { FlightError } from '../../model/errors.ts'
import { refuse, refuseUnseen } from './problem.ts'

// The apps of the definitions as they are now.
export async function servedApps(desk: Desk): Promise<readonly ServedApp[]> {
  return desk.apps().catch((error: unknown) => {
    if (!(error instanceof FlightError)) throw error
    return refuse('definitions-wrong', {
      detail: 'The definitions that the deployment server reads have mistakes, so nothing can be released.',
      hint: 'Run flight validate in that folder; ask again then.',
      headers: { 'retry-after': '60' },
    })
  })
}

export async function servedApp(desk: Desk, name: string): Promise<ServedApp> {
  return (await servedApps(desk)).find((app) => app.name === name) ?? refuseUnseen()
}

// Nothing new is taken while the server stops; whoever asks again reaches the next one.
export function refuseWhileStopping(desk: Desk): void {
  if (desk.isStopping())
    refuse('stopping', {
      detail: 'The deployment server stops and takes nothing new.',
      hint: 'Ask again in a minute.',
      headers: { 'retry-after': '30' },
    })
}
