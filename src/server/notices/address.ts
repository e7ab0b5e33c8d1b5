import { readFile } from 'node:fs/promises'

// Where a notice goes, or why that is not known. Neither names what stands in the file: it is a secret.
export async function addressIn(file: string): Promise<{ url: URL } | { fault: string }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => ({
    code: error.code ?? 'unreadable',
  }))
  if (typeof text !== 'string') return { fault: `${file} cannot be read: ${text.code}` }
  const written = text.trim()
  if (!URL.canParse(written)) return { fault: `${file} holds no address` }
  const url = new URL(written)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { fault: `${file} holds an address that is neither https nor http` }
  if (url.username !== '' || url.password !== '')
    return { fault: `${file} holds an address with a user or a password, which is not understood` }
  return { url }
}
