import { brief } from './brief.ts'
import { plainPage } from './layout.tsx'

// Asks for a read token and posts it to /login as `token`, with `next`, the path that was wanted, where that is known.
export function loginPage({ said, next }: { said?: string | undefined; next?: string | undefined } = {}): string {
  const isWrong = said !== undefined
  return plainPage(
    ['Log in'],
    <div class="card narrow">
      <h1>Log in</h1>
      <p>These pages are for those who have a read token.</p>
      <form method="post" action="/login">
        {next !== undefined && <input type="hidden" name="next" value={next} />}
        <label for="token">Read token</label>
        <input
          id="token"
          name="token"
          type="password"
          required
          autocomplete="current-password"
          autocapitalize="off"
          spellcheck="false"
          maxlength="200"
          aria-describedby={isWrong && 'said'}
          aria-invalid={isWrong && 'true'}
        />
        {isWrong && (
          <p id="said" class="wrong" role="alert">
            {brief(said, 300)}
          </p>
        )}
        <button type="submit">Log in</button>
      </form>
      <p class="muted">
        A read token lets somebody look, and change nothing. Whoever runs this server makes one with{' '}
        <code>flight serve:token --purpose read</code>; it begins with <code>flight_</code> and is shown once.
      </p>
    </div>,
  )
}

const SAID: Record<number, readonly [string, string]> = {
  400: ['This was not understood', 'Something in the address is not as it should be.'],
  401: ['Please log in', 'This page is for those who have a read token.'],
  403: ['Not for this token', 'The token is good, but not for this page.'],
  404: ['Nothing here', 'There is no such page, or no longer.'],
  413: ['Too large', 'What was sent is larger than this server takes.'],
  429: ['Too often', 'That was asked too often. Wait a moment, then try again.'],
  500: ['Something broke', 'That is a fault of Flight. The log of the server says what happened.'],
  503: ['Not now', 'The server is stopping or starting. Try again in a moment.'],
}

// What is shown instead of a page; `said` in one sentence what was wrong, where more than the status is known.
export function errorPage(status: number, said?: string): string {
  const [title, words] = SAID[status] ?? ['That did not work', `The server answered with status ${status}.`]
  return plainPage(
    [String(status), title],
    <div class="card narrow">
      <p class="status muted">{status}</p>
      <h1>{title}</h1>
      <p>{said === undefined ? words : brief(said, 500)}</p>
      <p>
        <a href="/">All apps</a>
      </p>
    </div>,
  )
}
