import type { Problem } from '../../model/errors.ts'
import { count } from '../../views/words.ts'
import { brief } from './brief.ts'
import { html, type Html } from './html.ts'
import { sign } from './sign.ts'

const MOST = 20

// What is wrong, where, and the way out.
export function problemList(problems: readonly Problem[]): Html {
  if (problems.length === 0) return html``
  const left = problems.length - MOST
  return html`<ul class="problems">
    ${problems.slice(0, MOST).map(problem)}${left > 0 && html`<li class="muted">and ${count(left, 'more problem')}</li>`}
  </ul>`
}

function problem({ code, where, what, hint }: Problem): Html {
  return html`<li>
    ${sign({ tone: 'bad', shape: 'cross', words: '' })}
    <div>
      <p>
        ${where !== '' && html`<strong>${brief(where, 200)}</strong>: `}${brief(what, 600)}
        <code class="muted">${code}</code>
      </p>
      ${hint !== undefined && html`<p class="hint"><span class="muted">Way out:</span> ${brief(hint, 600)}</p>`}
    </div>
  </li>`
}
