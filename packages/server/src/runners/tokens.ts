/**
 * Tokens of runners: a runner signs a request for each, which is valid for a quarter of an hour.
 */
import { createPublicKey, verify } from 'node:crypto'
import type pg from 'pg'
import { systemActor } from '../platform/audit/record-audit.ts'
import { type Database, transaction } from '../platform/database/transaction.ts'
import { hashToken, newToken } from '../platform/encryption/token.ts'
import { drainWithin } from './list-runners.ts'
import { RunnerRefused } from './refusals.ts'
import { drainText, signedText } from './signed-text.ts'

const tokenSeconds = 15 * 60

export interface TokenRequest {
  readonly runner: string
  /** The counter in the signature. */
  readonly counter: number
  /** The session to continue; null starts a new one, which ends all earlier ones. */
  readonly session: number | null
  /** Ed25519 over `signedText`, as base64url. */
  readonly signature: string
  /** The release. */
  readonly version: string
  /** The newest version of the wire that it supports; absent for runners of the last release. */
  readonly protocol?: number
  readonly slots: number
}

export interface IssuedToken {
  readonly token: string
  readonly seconds: number
  readonly session: number
  /** The counter for the next signature. */
  readonly counter: number
}

/**
 * Issues a runner's next token. Each signature is valid once, so a recorded one is useless. Throws
 * `RunnerRefused`.
 */
export function issueToken(pool: pg.Pool, request: TokenRequest): Promise<IssuedToken> {
  const { runner, session, version, protocol = null, slots } = request
  return transaction(pool, async (client) => {
    const row = await requireSigned(client, request, signedText(request))
    requireSession(session, row)
    const counter = requireNext(request, row)
    const own = session ?? row.session + 1
    await client.query(
      `update runners set session = $2, counter = $3, version = $4, slots = $5, protocol = $6,
              session_at = case when $7 then now() else session_at end where id = $1`,
      [runner, own, counter, version, slots, protocol, session === null],
    )
    // A new process ends the draining.
    if (session === null) await client.query('update engine.runners set drains_at = null where id = $1', [runner])
    const token = newToken()
    await client.query('delete from runner_tokens where runner_id = $1 and expires_at <= now()', [runner])
    await client.query(
      `insert into runner_tokens (token_hash, runner_id, session, expires_at)
       values ($1, $2, $3, now() + $4 * interval '1 second')`,
      [hashToken(token), runner, own, tokenSeconds],
    )
    return { token, seconds: tokenSeconds, session: own, counter }
  })
}

export interface DrainRequest {
  readonly runner: string
  readonly counter: number
  /** Ed25519 over `drainText`, as base64url. */
  readonly signature: string
}

export interface Draining {
  /** The number of jobs that it still holds. */
  readonly jobs: number
  /** File systems that unfinished builds need and that only this runner has. */
  readonly files: number
  readonly counter: number
}

/**
 * Drains a runner until its next start, at its own request, and returns what it still holds.
 * `wantFiles` requests the files that builds need from it. Throws `RunnerRefused`.
 */
export async function drainAsAsked(
  pool: pg.Pool,
  request: DrainRequest,
  wantFiles: () => Promise<void>,
): Promise<Draining> {
  const { runner } = request
  const counter = await transaction(pool, async (client) => {
    const next = requireNext(request, await requireSigned(client, request, drainText(request)))
    await client.query('update runners set counter = $2 where id = $1', [runner, next])
    await drainWithin(client, runner, systemActor)
    return next
  })
  await wantFiles()
  const { rows } = await pool.query<Omit<Draining, 'counter'>>(
    `select (select count(*)::int from engine.leases where runner = $1) as jobs,
            (select count(*)::int from engine.exports where runner = $1 and stored_at is null and refused is null) as files`,
    [runner],
  )
  return { ...(rows[0] ?? { jobs: 0, files: 0 }), counter }
}

interface RunnerRow {
  readonly key_id: string
  readonly name: string
  readonly public_key: string
  readonly session: number
  readonly counter: number
  readonly revoked_at: Date | null
}

interface Signed {
  readonly runner: string
  readonly counter: number
  readonly signature: string
}

/** Locks a runner, and returns its row. */
export async function requireRunner(client: pg.PoolClient, runner: string): Promise<RunnerRow> {
  const { rows } = await client.query<RunnerRow>(
    'select key_id, name, public_key, session, counter, revoked_at from runners where id = $1 for update',
    [runner],
  )
  const [row] = rows
  if (row === undefined)
    throw new RunnerRefused(
      'runner_unknown',
      'This server does not know the runner. Remove its data directory, and start it with a key to join again.',
    )
  return row
}

/** Locks the runner that signed this text, and returns its row. */
async function requireSigned(client: pg.PoolClient, { runner, signature }: Signed, text: string): Promise<RunnerRow> {
  const row = await requireRunner(client, runner)
  requireSignature(text, signature, row.public_key)
  requireTrusted(row)
  return row
}

export function requireSignature(text: string, signature: string, publicKey: string): void {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  if (verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))) return
  throw new RunnerRefused(
    'runner_signature_invalid',
    "The signature does not match the runner's own key. Its data directory may be damaged: remove it, and join again.",
  )
}

export function requireTrusted({ revoked_at: revokedAt }: RunnerRow): void {
  if (revokedAt !== null) throw revoked()
}

/** Refuses a process that was replaced by another one of the runner. */
export function requireSession(session: number | null, row: RunnerRow): void {
  if (session !== null && session !== row.session) throw superseded()
}

/** Returns the next counter, if the signature had the current one. */
export function requireNext({ counter: given }: { readonly counter: number }, { counter }: RunnerRow): number {
  if (given === counter) return counter + 1
  throw new RunnerRefused('runner_counter_stale', `The next signature must have the counter ${counter}.`, counter)
}

/** A runner with a valid token, and the rights of its key. */
export interface RunnerIdentity {
  /** Its id in the engine. */
  readonly runner: string
  readonly session: number
  readonly pool: string
  readonly labels: readonly string[]
  /** Ids of the organizations whose jobs it may take; null for all. */
  readonly organizations: readonly string[] | null
  readonly getsSecrets: boolean
}

interface IdentityRow extends Omit<RunnerIdentity, 'organizations'> {
  readonly newest: number
  readonly isRevoked: boolean
  readonly everyOrganization: boolean
  readonly organizations: readonly string[]
}

/**
 * Returns the runner of a token. Called for each request, so that a revocation takes effect at
 * once.
 */
export async function identifyRunner(database: Database, token: string | null): Promise<RunnerIdentity> {
  const { rows } = await database.query<IdentityRow>({
    name: 'identify-runner',
    text: `select r.id as runner, t.session, r.session as newest, r.revoked_at is not null as "isRevoked", k.pool, k.labels,
                  k.gets_secrets as "getsSecrets", k.every_organization as "everyOrganization",
                  array(select organization_id::text from runner_key_organizations where key_id = k.id) as organizations
             from runner_tokens t join runners r on r.id = t.runner_id join runner_keys k on k.id = r.key_id
            where t.token_hash = $1 and t.expires_at > now()`,
    values: [hashToken(token ?? '')],
  })
  const [row] = rows
  if (row === undefined)
    throw new RunnerRefused('runner_token_invalid', 'The token is unknown or has expired; sign for another one.')
  const { newest, isRevoked, everyOrganization, organizations, ...identity } = row
  if (isRevoked) throw revoked()
  if (identity.session < newest) throw superseded()
  return { ...identity, organizations: everyOrganization ? null : organizations }
}

function revoked(): RunnerRefused {
  return new RunnerRefused(
    'runner_revoked',
    'The runner was revoked. To use its machine again, remove its data directory and join with a new key.',
  )
}

function superseded(): RunnerRefused {
  return new RunnerRefused(
    'runner_superseded',
    'A newer process of this runner has taken over. If its data directory was copied, remove one of the two.',
  )
}
