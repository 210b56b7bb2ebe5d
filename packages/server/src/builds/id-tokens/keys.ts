/** The keys that sign identity tokens. */
import type { JWK } from 'jose'
import type { Database } from '../../platform/database/transaction.ts'
import { openOrNull, type Sealer } from '../../platform/encryption/seal.ts'

const dayMs = 24 * 3600 * 1000
/** How long a key is used to sign. */
const usedMs = 30 * dayMs
/** How long a key is published before and after it signs: verifiers cache keys. */
const shownMs = dayMs

export interface KeyServices {
  readonly pool: Database
  readonly sealer: Sealer
}

interface KeyRow {
  readonly number: number
  readonly kid: string
  readonly sealed_key: Buffer
  readonly used_from: Date
}

export interface SigningKey {
  readonly kid: string
  readonly privateKey: JWK
}

/** The sealing context of a key's private half. */
function placeOfKey(kid: string): string {
  return `id-token-key/${kid}`
}

/** A public key as a JWK. */
type PublicKey = Readonly<Record<'kty' | 'n' | 'e' | 'kid' | 'alg' | 'use', string>>

/** Returns the public keys that sign valid tokens or will do so soon. */
export async function publicKeys(database: Database): Promise<readonly PublicKey[]> {
  const { rows } = await database.query<{ public_key: PublicKey }>({
    name: 'public-id-token-keys',
    text: 'select public_key from id_token_keys order by number',
  })
  return rows.map(({ public_key: key }) => key)
}

/**
 * Returns the key that signs at present. Creates the first key if there is none. Throws
 * `CannotOpen`.
 */
export async function signingKey(services: KeyServices, now: Date): Promise<SigningKey> {
  let keys = await listKeys(services.pool)
  if (keys.length === 0) {
    // No verifier can have cached older keys.
    await addKey(services, 1, now)
    keys = await listKeys(services.pool)
  }
  const key = keys.findLast(({ used_from: from }) => from <= now) ?? keys[0]
  if (key === undefined) throw new Error('the first key was removed while it was being created')
  const { kid, sealed_key: sealed } = key
  return { kid, privateKey: JSON.parse(services.sealer.open(placeOfKey(kid), sealed)) as JWK }
}

/**
 * Creates the next key a day before the newest one has signed for 30 days, and removes keys a day
 * after their successor took over. May run several times, and in several processes at once.
 */
export async function rotateKeys(services: KeyServices, now: Date): Promise<void> {
  const { pool } = services
  await pool.query(
    `delete from id_token_keys k where exists (select from id_token_keys n where n.number > k.number and n.used_from <= $1)`,
    [new Date(now.getTime() - shownMs)],
  )
  const newest = (await listKeys(pool)).at(-1)
  // No step has requested a token yet.
  if (newest === undefined) return
  const dueAt = newest.used_from.getTime() + usedMs
  if (now.getTime() < dueAt - shownMs) return
  await addKey(services, newest.number + 1, new Date(Math.max(dueAt, now.getTime() + shownMs)))
}

async function listKeys(database: Database): Promise<readonly KeyRow[]> {
  const { rows } = await database.query<KeyRow>({
    name: 'id-token-keys',
    text: 'select number, kid, sealed_key, used_from from id_token_keys order by number',
  })
  return rows
}

/** Adds a key unless another process has done so. */
async function addKey({ pool, sealer }: KeyServices, number: number, usedFrom: Date): Promise<void> {
  const { calculateJwkThumbprint, exportJWK, generateKeyPair } = await import('jose')
  const pair = await generateKeyPair('RS256', { extractable: true })
  const [privateKey, publicKey] = await Promise.all([exportJWK(pair.privateKey), exportJWK(pair.publicKey)])
  const kid = await calculateJwkThumbprint(publicKey)
  const shown = { ...publicKey, kid, alg: 'RS256', use: 'sig' }
  await pool.query(
    `insert into id_token_keys (number, kid, public_key, sealed_key, used_from) values ($1, $2, $3, $4, $5)
     on conflict (number) do nothing`,
    [number, kid, JSON.stringify(shown), sealer.seal(placeOfKey(kid), JSON.stringify(privateKey)), usedFrom],
  )
}

/**
 * Removes keys sealed with a lost encryption key: the next token creates a new one. Returns how
 * many.
 */
export async function removeLostKeys({ pool, sealer }: KeyServices): Promise<number> {
  const lost = (await listKeys(pool)).filter(
    ({ kid, sealed_key: sealed }) => openOrNull(sealer, placeOfKey(kid), sealed) === null,
  )
  for (const { kid } of lost) await pool.query('delete from id_token_keys where kid = $1', [kid])
  return lost.length
}
