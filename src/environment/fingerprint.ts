import { createHmac, scryptSync } from 'node:crypto'
import { compareKeys, type Comparison } from './compare.ts'
import { meanings, type Environment } from './environment.ts'

// What an environment file was, without its values: fit for a record of 0600.
export type Fingerprint = { salt: string; content: string; tags: readonly (readonly [key: string, tag: string])[] }

// A tag is 12 bits of its HMAC. The salt lies beside it, so every guess can be tried, and no cost a key that 5,000 keys
// can bear stops a guesser; 12 bits leave him one in 4,096 of all candidates however fast he is. What that overlooks,
// one change in 4,096, `content` sees: the whole file through scrypt, to try which all other values must be known.
const TAG_DIGITS = 3
const SALT_BYTES = 32

// The fingerprint of a file with a random salt of its own.
export function fingerprintOf(environment: Environment, salt: Uint8Array): Fingerprint {
  if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes, this one ${salt.length}`)
  return {
    salt: Buffer.from(salt).toString('hex'),
    content: contentDigest(environment, salt),
    tags: [...tagsOf(environment, salt)],
  }
}

// What became of the file since its fingerprint was taken.
// `identical` is certain; a changed key is missing once in 4,096.
export function changesSince(fingerprint: Fingerprint, environment: Environment): Comparison {
  const salt = Buffer.from(fingerprint.salt, 'hex')
  return {
    ...compareKeys(new Map(fingerprint.tags), tagsOf(environment, salt)),
    identical: contentDigest(environment, salt) === fingerprint.content,
  }
}

// Of key and value, so that equal values do not show as equal tags.
function tagsOf({ entries }: Environment, salt: Uint8Array): Map<string, string> {
  return new Map(
    [...meanings(entries)].map(([key, meaning]) => [
      key,
      createHmac('sha256', salt).update(`${key}\0${meaning}`).digest('hex').slice(0, TAG_DIGITS),
    ]),
  )
}

function contentDigest({ content }: Environment, salt: Uint8Array): string {
  return scryptSync(content.reveal(), salt, 32).toString('hex')
}
