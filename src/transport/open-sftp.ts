import { randomBytes } from 'node:crypto'
import { quote } from '../shell/quote.ts'
import { type Connection, sudoFor } from './connection.ts'
import { type Sftp, SFTP_SERVER } from './sftp.ts'

export type SftpOptions = {
  become: boolean
  isReadOnly: boolean // sftp-server itself then refuses every write
  silence?: number // milliseconds for which a server that owes an answer may say nothing at all
}

// A server that is alive behind a slow line still answers something in a minute.
const SILENCE = 60_000

// Opens an SFTP channel beside whatever else the connection does.
export async function openSftp(connection: Connection, options: SftpOptions): Promise<Sftp> {
  const { become, isReadOnly, silence = SILENCE } = options
  const { startSftp } = await import('./sftp-session.ts')
  const mark = `flight-${randomBytes(12).toString('hex')}`
  const program = `echo "$1"; exec ${SFTP_SERVER} ${isReadOnly ? '-R' : '-u 0077'}`
  const channel = await connection.exec(`${sudoFor(connection, become)}/bin/sh -c ${quote(program)} flight ${mark}`)
  return startSftp(channel, { server: connection.server, mark, silence })
}
