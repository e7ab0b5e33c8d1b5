import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Receipt } from '../../model/receipt.ts'
import { replaceFile } from './replace-file.ts'

// Where receipts of this controller lie, below the state folder.
const FOLDER = 'receipts'

// Writes a receipt, readable by nobody else, whole or not at all; answers with its path.
export async function saveReceipt(receipt: Receipt, state: string): Promise<string> {
  const folder = join(state, FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(
    folder,
    `${receipt.began.replaceAll(':', '-')}-${receipt.plan.replace('sha256:', '').slice(0, 12)}.json`,
  )
  await replaceFile(path, `${JSON.stringify(receipt, undefined, 2)}\n`, 0o600)
  return path
}
