import { EXIT_OF_CODE, type Problem } from '../../model/errors.ts'
import { print, printJson, tell } from './output.ts'
import { shapeOf } from './text-shape.ts'

// Shows what the servers answered and, on stderr, which could not be asked and why; answers with the exit code.
export async function showAnswers(
  flags: { json: boolean; 'no-color': boolean },
  problems: readonly Problem[],
  answer: { document: object; text(shape: { color: boolean; width: number }): string },
): Promise<number> {
  if (flags.json) printJson({ ...answer.document, problems })
  else {
    print(answer.text(shapeOf(process.stdout, flags)))
    if (problems.length > 0) {
      const { problemsText } = await import('../../views/problems-text.ts')
      tell(problemsText(problems, shapeOf(process.stderr, flags)))
    }
  }
  const first = problems[0]
  return first === undefined ? 0 : EXIT_OF_CODE[first.code]
}
