import { Command } from '@oclif/core/command'
import { everywhere } from './flags.ts'

// A command of Flight: takes what every command takes, and answers with its exit code.
export abstract class FlightCommand extends Command {
  static override baseFlags = everywhere

  abstract override run(): Promise<number>
}
