import ssh2 from 'ssh2'
import type { KeyFiles } from './key-files.ts'
import { fingerprint } from './known-hosts.ts'
import type { Route } from './route.ts'

// One key that may be offered to a server.
export type Identity = {
  label: string // for messages
  publicKey: Buffer
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>
}

// The identities to offer, the named ones first: an agent with many keys would otherwise use up the server's patience.
export async function* identitiesFor(route: Route, keyFiles: KeyFiles): AsyncGenerator<Identity> {
  const agent = route.agentSocket === undefined ? [] : await agentIdentities(route.agentSocket)
  const offered = new Set<string>()
  const fresh = (identity: Identity): boolean => {
    const key = identity.publicKey.toString('base64')
    return offered.has(key) ? false : offered.add(key) !== undefined
  }
  const late: string[] = []
  for (const file of route.identityFiles) {
    const publicKey = await keyFiles.publicKey(file)
    const held = agent.find((identity) => publicKey !== undefined && identity.publicKey.equals(publicKey))
    if (held !== undefined && fresh(held)) yield { ...held, label: `${file} (agent)` }
    else if (held === undefined && !route.identitiesNamed) late.push(file)
    else if (publicKey !== undefined) {
      const own = fromFile(file, publicKey, keyFiles)
      if (fresh(own)) yield own
    }
  }
  if (!route.identitiesOnly) for (const identity of agent) if (fresh(identity)) yield identity
  for (const file of late) {
    const publicKey = await keyFiles.publicKey(file)
    if (publicKey === undefined) continue
    const own = fromFile(file, publicKey, keyFiles)
    if (fresh(own)) yield own
  }
}

function fromFile(file: string, publicKey: Buffer, keyFiles: KeyFiles): Identity {
  return {
    label: file,
    publicKey,
    sign: async (data, hash) => {
      const key = await keyFiles.privateKey(file)
      if (key === undefined) throw new Error('stays locked without its passphrase')
      const signature: unknown = key.sign(data, hash)
      if (signature instanceof Error) throw signature
      return signature as Buffer
    },
  }
}

// What the agent holds; an agent that does not answer holds nothing.
function agentIdentities(socket: string): Promise<Identity[]> {
  const agent = new ssh2.OpenSSHAgent(socket)
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => {
      const usable = error ? [] : (keys ?? []).filter((key) => 'getPublicSSH' in key)
      resolve(
        usable.map((key) => {
          const publicKey = key.getPublicSSH()
          return {
            label: `${key.comment === '' ? fingerprint(publicKey) : key.comment} (agent)`,
            publicKey,
            sign: (data, hash) => agentSign(agent, publicKey, data, hash),
          }
        }),
      )
    })
  })
}

function agentSign(
  agent: ssh2.OpenSSHAgent,
  publicKey: Buffer,
  data: Buffer,
  hash: string | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = hash === 'sha256' || hash === 'sha512' ? { hash } : {}
    agent.sign(publicKey, data, options as ssh2.SigningRequestOptions, (error, signature) => {
      if (error || signature === undefined) reject(new Error('the agent does not sign with'))
      else resolve(signature)
    })
  })
}
