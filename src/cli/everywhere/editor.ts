import { spawn } from 'node:child_process'
import { FlightError } from '../../model/errors.ts'
import type { Editor } from '../../operations/environment/edit.ts'
import { problemsText } from '../../views/problems-text.ts'
import { tell } from './output.ts'
import { confirm } from './question.ts'
import { shapeOf } from './text-shape.ts'

// The user's editor at this terminal. Where --yes answered everything, nobody is there to edit again.
export function editorAt(flags: { yes: boolean; 'no-color': boolean }, signal: AbortSignal): Editor {
  return {
    open: (file) => openEditor(file, process.env),
    async again(error) {
      if (flags.yes) throw error
      tell(problemsText(error.problems, shapeOf(process.stderr, flags)))
      await confirm('Edit it again?', signal)
    },
  }
}

// The user's editor, as git starts it: what the variable holds is a command line of theirs.
function openEditor(file: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const editor = environment['VISUAL'] || environment['EDITOR'] || 'vi'
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'flight', file], { stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else
        reject(
          new FlightError({
            code: 'FLIGHT_USAGE',
            where: '',
            what:
              `the editor (${editor}) ended with ${code === null ? `signal ${signal}` : `exit code ${code}`}: ` +
              `nothing was pushed`,
            hint: 'EDITOR names another one',
          }),
        )
    })
  })
}
