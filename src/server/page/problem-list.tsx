import type { Problem } from '../../model/errors.ts'
import { count } from '../../model/words.ts'
import { brief } from './brief.ts'
import type { Html } from './jsx-runtime.ts'
import { sign } from './sign.tsx'

const MOST = 20

// What is wrong, where, and the way out.
export function problemList(problems: readonly Problem[]): Html | undefined {
  if (problems.length === 0) return undefined
  const left = problems.length - MOST
  return (
    <ul class="problems">
      {problems.slice(0, MOST).map(problem)}
      {left > 0 && <li class="muted">and {count(left, 'more problem')}</li>}
    </ul>
  )
}

function problem({ code, where, what, hint }: Problem): Html {
  return (
    <li>
      {sign({ tone: 'bad', shape: 'cross', words: '' })}
      <div>
        <p>
          {where !== '' && (
            <>
              <strong>{brief(where, 200)}</strong>:{' '}
            </>
          )}
          {brief(what, 600)} <code class="muted">{code}</code>
        </p>
        {hint !== undefined && (
          <p class="hint">
            <span class="muted">Way out:</span> {brief(hint, 600)}
          </p>
        )}
      </div>
    </li>
  )
}
