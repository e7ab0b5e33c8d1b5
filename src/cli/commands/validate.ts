import { FlightCommand } from '../everywhere/flight-command.ts'
import { print, printJson } from '../everywhere/output.ts'

export default class Validate extends FlightCommand {
  static override summary = 'Check the definitions, without asking any server'
  static override description =
    'Says everything that is wrong at once, with file, line and column; exit code 5. Also warns of what is legal ' +
    'and unwise.'
  static override examples = [
    '<%= config.bin %> validate',
    { description: 'for another program', command: '<%= config.bin %> validate --json' },
  ]

  async run(): Promise<number> {
    const { flags } = await this.parse(Validate)
    const { readDefinitions } = await import('../../operations/read-definitions.ts')
    const { definitions, warnings } = await readDefinitions(flags)
    const servers = definitions.clusters.reduce((sum, cluster) => sum + cluster.servers.length, 0)
    const found = { clusters: definitions.clusters.length, servers, apps: definitions.apps.length }
    if (flags.json) printJson({ exit: 0, problems: [], warnings, root: definitions.root, ...found })
    else print([...warnings.map(warningText), `valid: ${counts(found)}`].join('\n'))
    return 0
  }
}

function warningText({ where, what, hint }: { where: string; what: string; hint?: string }): string {
  return `warning: ${where} ${what}${hint === undefined ? '' : `\n  ${hint}`}`
}

// 1 cluster, 3 servers, 2 apps.
function counts(found: Record<'clusters' | 'servers' | 'apps', number>): string {
  return Object.entries(found)
    .map(([many, number]) => `${number} ${number === 1 ? many.slice(0, -1) : many}`)
    .join(', ')
}
