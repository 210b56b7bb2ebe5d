/** Stores the tokens of connections, encrypted. */
import type { Database } from '../../platform/database/transaction.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresAt: Date
}

export async function insertGrant(database: Database, sealer: Sealer, id: string, tokens: Tokens): Promise<void> {
  await database.query(
    'insert into bitbucket_grants (id, access_token, refresh_token, expires_at) values ($1, $2, $3, $4)',
    sealed(sealer, id, tokens),
  )
}

/** Finds the tokens of a connection; undefined if the workspace is no longer connected. */
export async function findGrant(database: Database, sealer: Sealer, id: string): Promise<Tokens | undefined> {
  const { rows } = await database.query<Row>(
    'select access_token, refresh_token, expires_at from bitbucket_grants where id = $1',
    [id],
  )
  return opened(sealer, id, rows)
}

export async function replaceTokens(database: Database, sealer: Sealer, id: string, tokens: Tokens): Promise<void> {
  await database.query(
    'update bitbucket_grants set access_token = $2, refresh_token = $3, expires_at = $4 where id = $1',
    sealed(sealer, id, tokens),
  )
}

/** Deletes the tokens of connections that no workspace uses. */
export async function removeUnusedGrants(database: Database): Promise<void> {
  await database.query(
    'delete from bitbucket_grants g where not exists (select from bitbucket_workspaces w where w.grant_id = g.id)',
  )
}

interface Row {
  readonly access_token: Buffer
  readonly refresh_token: Buffer
  readonly expires_at: Date
}

function sealed(sealer: Sealer, id: string, { accessToken, refreshToken, expiresAt }: Tokens): unknown[] {
  return [
    id,
    sealer.seal(placeOfGrant(id, 'access'), accessToken),
    sealer.seal(placeOfGrant(id, 'refresh'), refreshToken),
    expiresAt,
  ]
}

function opened(sealer: Sealer, id: string, [row]: readonly Row[]): Tokens | undefined {
  return (
    row && {
      accessToken: sealer.open(placeOfGrant(id, 'access'), row.access_token),
      refreshToken: sealer.open(placeOfGrant(id, 'refresh'), row.refresh_token),
      expiresAt: row.expires_at,
    }
  )
}

/** Returns the sealing context of a token. */
export function placeOfGrant(id: string, kind: 'access' | 'refresh'): string {
  return `bitbucket-grant/${id}/${kind}`
}
