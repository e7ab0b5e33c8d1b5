import { briefly, onOneLine } from '../../model/printable.ts'
import { names } from '../../model/words.ts'
import { commitOf, sentenceOf } from './notice-words.ts'
import { idOf, type Occurrence } from './occurrence.ts'

const MARK = { start: '▶', success: '✔', failure: '✖', rollback: '↩', drift: '≠' } as const
const MOST_PROBLEMS = 5
const MOST_SERVERS = 10
const LONGEST = 500

type Section = { type: 'section'; block_id?: string; text: { type: 'mrkdwn'; text: string; verbatim: true } }
export type SlackMessage = { text: string; blocks: Section[] }

// What Slack's incoming webhooks take, and Mattermost, Rocket.Chat
// and others as well. `text` is what notifications show.
export function slackMessage(told: Occurrence): SlackMessage {
  const title = `${MARK[told.occasion]} ${slackText(sentenceOf(told))}`
  const lines = fitting([
    ...(told.link === undefined ? [] : [`<${slackAddress(told.link)}|Look>`]),
    ...detailsOf(told).map(slackText),
  ])
  return {
    text: title,
    blocks: [{ ...section(title), block_id: idOf(told) }, ...(lines.length === 0 ? [] : [section(lines.join('\n'))])],
  }
}

// Text that Slack shows as it is: no link, no mention, nobody called. Mattermost knows @channel without Slack's
// brackets: a character without width keeps the two apart.
export function slackText(text: string): string {
  const line = onOneLine(text)
  const short = line.length > LONGEST ? `${Array.from(line).slice(0, LONGEST).join('')}…` : line
  return short.replace(/@/g, '@\u200b').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

// As many lines as one section may hold (Slack refuses more than 3000 characters).
function fitting(lines: readonly string[]): string[] {
  let length = 0
  return lines.filter((line) => (length += line.length + 1) < 3000)
}

function slackAddress(link: string): string {
  return encodeURI(link).replace(/&/g, '&amp;').replace(/\|/g, '%7C')
}

function section(text: string): Section {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}

function detailsOf(told: Occurrence): string[] {
  if (told.occasion === 'drift') {
    const out = told.servers.filter(({ state }) => state !== 'in order' && state !== 'not looked at')
    const shown = out.slice(0, MOST_SERVERS).map(
      ({ name, cluster, drift, problems: [problem] }) =>
        `${name} (${cluster}): ${
          problem === undefined
            ? names(
                drift.map(({ address }) => address),
                3,
              )
            : briefly(problem.what)
        }`,
    )
    return out.length > shown.length ? [...shown, `and ${out.length - shown.length} more`] : shown
  }
  const { request, planned } = told
  const { wish } = request
  const commit = commitOf(told)
  const about = [
    ...(commit === undefined || planned === undefined ? [] : [`${commit.slice(0, 12)} ${planned.subject}`]),
    ...(wish.does === 'release' && wish.ref !== null ? [`ref ${wish.ref}`] : []),
    ...(told.occasion === 'start' ? [] : [`asked for by ${request.by}`]),
  ]
  const problems = request.end?.problems ?? []
  return [
    ...about,
    ...problems
      .slice(0, MOST_PROBLEMS)
      .map(
        ({ where, what, hint }) =>
          `${where === '' ? '' : `${where}: `}${briefly(what)}${hint === undefined ? '' : ` (${briefly(hint)})`}`,
      ),
  ]
}
