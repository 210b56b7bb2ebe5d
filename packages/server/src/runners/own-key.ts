/**
 * A runner's own key pair. Two files during its replacement, so that a kill at any moment loses
 * neither.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { replaceFile } from '../platform/data-directory/replace-file.ts'
import { syncDirectory } from '../platform/data-directory/sync-directory.ts'

/** The prefix of a PKCS #8 private key of Ed25519. */
const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
/** Name of the secret with a runner's own private key. */
export const ownKeyName = 'runner-key'
const nextName = `${ownKeyName}.next`
const oldAfterMs = 30 * 24 * 3_600_000

export class OwnKey {
  readonly #seed: string
  readonly #private: KeyObject

  private constructor(seed: string) {
    this.#seed = seed
    const key = Buffer.concat([prefix, Buffer.from(seed, 'base64url')])
    this.#private = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  }

  /** Returns the key pair of a directory; creates it if there is none. */
  static async open(directory: DataDirectory): Promise<OwnKey> {
    return new OwnKey(await directory.secret(ownKeyName))
  }

  /** 32 bytes as base64url. */
  get publicKey(): string {
    return createPublicKey(this.#private).export({ format: 'jwk' }).x ?? ''
  }

  sign(text: string): string {
    return sign(null, Buffer.from(text), this.#private).toString('base64url')
  }

  /**
   * Replaces this pair with a new one after `register` succeeds, and returns the new pair. If an
   * earlier process was killed before that was complete, calls `register` again with the same new
   * pair.
   */
  async replace(directory: DataDirectory, register: (next: OwnKey) => Promise<void>): Promise<OwnKey> {
    const next = new OwnKey(await directory.secret(nextName))
    await register(next)
    await replaceFile(join(directory.secrets, ownKeyName), next.#seed)
    await rm(join(directory.secrets, nextName), { force: true })
    await syncDirectory(directory.secrets)
    return next
  }
}

/** Returns whether an earlier process began to replace the pair of a directory. */
export async function isBeingReplaced(directory: DataDirectory): Promise<boolean> {
  return exists(join(directory.secrets, nextName))
}

/** Returns whether the pair of a directory is due for replacement. */
export async function isOld(directory: DataDirectory): Promise<boolean> {
  return Date.now() - (await stat(join(directory.secrets, ownKeyName))).mtimeMs > oldAfterMs
}

async function exists(path: string): Promise<boolean> {
  try {
    await readFile(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
