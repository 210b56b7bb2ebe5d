/**
 * Encrypts secrets at rest: AES-256-GCM under a key derived from HARMONT_ENCRYPTION_KEY. Each value
 * is bound to its place.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const version = 1
const nonceBytes = 12
const tagBytes = 16

/** The sealed value was modified, belongs to another place, or was sealed under another key. */
export class CannotOpen extends Error {
  override readonly name = 'CannotOpen'
}

export interface Sealer {
  /** Encrypts a value. `place`, such as `secret/<id>`, is needed to decrypt it. */
  seal(place: string, plain: string): Buffer
  /** Decrypts. Throws `CannotOpen`. */
  open(place: string, sealed: Buffer): string
}

/** Decrypts. Returns null where `sealer.open` throws `CannotOpen`. */
export function openOrNull(sealer: Sealer, place: string, sealed: Buffer): string | null {
  try {
    return sealer.open(place, sealed)
  } catch (error) {
    if (error instanceof CannotOpen) return null
    throw error
  }
}

/** Creates a sealer from a key of any length. */
export function createSealer(secret: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'harmont secrets at rest', 32))
  return {
    seal(place, plain) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), text])
    },
    open(place, sealed) {
      if (sealed[0] !== version) throw new CannotOpen(`the value of ${place} has an unknown format`)
      const nonce = sealed.subarray(1, 1 + nonceBytes)
      const tag = sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes)
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
          .setAAD(Buffer.from(place))
          .setAuthTag(tag)
        return decipher.update(sealed.subarray(1 + nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        throw new CannotOpen(`the value of ${place} was not encrypted with this key, or was modified`, { cause })
      }
    },
  }
}
