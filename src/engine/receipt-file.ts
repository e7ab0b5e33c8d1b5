import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Receipt } from '../model/receipt.ts'

// Where receipts of this controller lie, below the state folder.
const FOLDER = 'receipts'

// Writes a receipt, readable by nobody else, whole or not at all; answers with its path.
export async function saveReceipt(receipt: Receipt, state: string): Promise<string> {
  const folder = join(state, FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${receipt.began.replaceAll(':', '-')}-${receipt.plan.replace('sha256:', '').slice(0, 12)}.json`)
  const file = await open(`${path}.part`, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(receipt, undefined, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
  return path
}
