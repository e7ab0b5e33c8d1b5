import type { BeforeOf, Difference } from '../model/action.ts'
import type { FactQuery } from '../model/fact.ts'
import type { Kind } from './kind.ts'

// An app has an environment file on this server. One that is there stays as it is, whatever it holds.
export const environmentKind: Kind<'environment'> = {
  facts: ({ path }) => [questionOf(path)],
  diff({ path, from }, facts): Difference<BeforeOf['environment']> {
    if (facts.get(questionOf(path)).type !== 'absent') return { is: 'same', why: 'there is one' }
    return {
      is: 'change',
      change: {
        verb: 'create',
        before: { is: 'absent' },
        because: [{ code: 'missing', text: `there is none, and ${from} has one` }],
      },
    }
  },
  steps({ after: { app, path, secret } }) {
    if (secret === undefined) throw new Error(`bug: nobody has the environment file of ${app}`)
    return [{ step: 'environment', app, path, content: secret }]
  },
  said: ({ after }) => ({
    noun: 'environment file',
    name: `of ${after.app}`,
    facts: [`the bytes of ${after.from}, in ${after.path}`, 'what it holds is in no plan'],
  }),
  called: (name) => `environment file ${name}`,
  holds: () => true, // what was begun is gone on with
  needs: ({ app }) => ({ content: 'environment file', app }),
  reveal({ address, after }, { environments }) {
    const secret = environments.get(address)
    return secret === undefined ? after : { ...after, secret }
  },
}

function questionOf(path: string): Extract<FactQuery, { fact: 'file' }> {
  return { fact: 'file', path, wanted: undefined }
}
