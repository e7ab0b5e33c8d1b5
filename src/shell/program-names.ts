// The programs of src/remote that code names; what these name themselves (libraries, awk) is found in their texts.
export const PROGRAM_NAMES = [
  'fact-environment',
  'fact-file',
  'fact-foreign',
  'fact-package',
  'fact-programs',
  'fact-pushes',
  'fact-releases',
  'fact-service',
  'lib-supervisor',
] as const

export type ProgramName = (typeof PROGRAM_NAMES)[number]
