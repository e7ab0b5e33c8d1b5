import type { Receiver } from '../../model/serve-settings.ts'
import type { NewNotice } from '../../model/store.ts'
import { jsonNotice } from './notice-json.ts'
import { slackMessage } from './notice-slack.ts'
import type { Occurrence } from './occurrence.ts'

// What is to be told to whom; of drift only where there is some.
export function noticesFor(told: Occurrence, receivers: readonly Receiver[], now: Date): NewNotice[] {
  if (told.occasion === 'drift' && told.servers.every(({ state }) => state === 'in order' || state === 'not looked at'))
    return []
  const at = now.toISOString()
  return receivers
    .filter(({ on }) => on.includes(told.occasion))
    .map(({ name, format }) => ({ target: name, at, due: at, body: bodyOf(format, told) }))
}

function bodyOf(format: Receiver['format'], told: Occurrence): unknown {
  switch (format) {
    case 'slack':
      return slackMessage(told)
    case 'json':
      return jsonNotice(told)
  }
}
