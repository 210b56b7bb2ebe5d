import type pg from 'pg'
import { recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { hashToken, newToken } from '../../platform/encryption/token.ts'

/** Creates a link for the operator if no owner could sign in; otherwise returns null. */
export async function setupLinkIfNeeded(pool: pg.Pool, publicUrl: string): Promise<string | null> {
  return (await needsSetup(pool)) ? makeSetupLink(pool, publicUrl, null) : null
}

/**
 * Creates a link that works once, for 24 hours. It signs in as the user. With null, it signs in as
 * the oldest owner, or creates the first administrator of a server without owners.
 */
export async function makeSetupLink(pool: pg.Pool, publicUrl: string, userId: string | null): Promise<string> {
  const token = newToken()
  await transaction(pool, async (client) => {
    const subject = userId ?? (await findFirstOwner(client)) ?? null
    await client.query(
      `insert into setup_links (token_hash, user_id, expires_at) values ($1, $2, now() + interval '24 hours')`,
      [hashToken(token), subject],
    )
    await recordAudit(client, systemActor, { organizationId: null, action: 'setup_link.made', subject })
  })
  return `${publicUrl}/setup?token=${token}`
}

/** Returns whether no owner could sign in, with an unlocked passkey or a linked account. */
export async function needsSetup(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ needs_setup: boolean }>({
    name: 'needs-setup',
    text: `select not exists (select 1 from passkeys p join memberships m on m.user_id = p.user_id and m.role = 'owner' where p.locked_at is null)
              and not exists (select 1 from identities i join memberships m on m.user_id = i.user_id and m.role = 'owner') as needs_setup`,
  })
  return rows[0]?.needs_setup ?? true
}

/** Returns the owner with the oldest account; undefined if there is none. */
async function findFirstOwner(database: Database): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string }>(
    `select u.id from users u where exists (select 1 from memberships m where m.user_id = u.id and m.role = 'owner')
      order by u.created_at, u.id limit 1`,
  )
  return rows[0]?.id
}

export interface SetupLink {
  /** The user that the link signs in; null: it creates the first administrator. */
  readonly user_id: string | null
}

/** Returns undefined if the link is unknown, used or expired. */
export async function findSetupLink(database: Database, tokenHash: string): Promise<SetupLink | undefined> {
  const { rows } = await database.query<SetupLink>(
    'select user_id from setup_links where token_hash = $1 and expires_at > now()',
    [tokenHash],
  )
  return rows[0]
}

/** Advisory lock: setups run one at a time, so that only one creates the first administrator. */
const setupLock = 0x73657475

/** Waits for other setups, and excludes them until the transaction ends. */
export async function takeSetupTurn(database: Database): Promise<void> {
  await database.query('select pg_advisory_xact_lock($1)', [setupLock])
}

/** Removes every link of a user; null: those that create the first administrator. */
export async function removeSetupLinksOf(database: Database, userId: string | null): Promise<void> {
  await database.query('delete from setup_links where user_id is not distinct from $1', [userId])
}
