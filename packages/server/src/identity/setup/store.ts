import type { Database } from '../../platform/database/transaction.ts'

/** Whether no owner of anything could sign in: with a passkey that is not locked, or with a linked account. */
export async function needsSetup(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ needs_setup: boolean }>({
    name: 'needs-setup',
    text: `select not exists (select 1 from passkeys p join memberships m on m.user_id = p.user_id and m.role = 'owner' where p.locked_at is null)
              and not exists (select 1 from identities i join memberships m on m.user_id = i.user_id and m.role = 'owner') as needs_setup`,
  })
  return rows[0]?.needs_setup ?? true
}

/** The owner whose account is the oldest; undefined: there is no owner. */
export async function findFirstOwner(database: Database): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string }>(
    `select u.id from users u where exists (select 1 from memberships m where m.user_id = u.id and m.role = 'owner')
      order by u.created_at, u.id limit 1`,
  )
  return rows[0]?.id
}

/** Keeps a setup link for 24 hours; of a user, or with null the one that makes the first administrator. */
export async function insertSetupLink(database: Database, tokenHash: string, userId: string | null): Promise<void> {
  await database.query(
    `insert into setup_links (token_hash, user_id, expires_at) values ($1, $2, now() + interval '24 hours')`,
    [tokenHash, userId],
  )
}

export interface SetupLink {
  /** Whom it lets in; null = it makes the first administrator. */
  readonly user_id: string | null
}

/** Undefined: unknown, used or expired. */
export async function findSetupLink(database: Database, tokenHash: string): Promise<SetupLink | undefined> {
  const { rows } = await database.query<SetupLink>(
    'select user_id from setup_links where token_hash = $1 and expires_at > now()',
    [tokenHash],
  )
  return rows[0]
}

/** One number for all setups: they take turns, so that one alone makes the first administrator. */
const setupLock = 0x73657475

/** Waits for the turn, which lasts until the transaction ends. */
export async function takeSetupTurn(database: Database): Promise<void> {
  await database.query('select pg_advisory_xact_lock($1)', [setupLock])
}

/** Uses up every link of a user, or with null all that make the first administrator. */
export async function removeSetupLinksOf(database: Database, userId: string | null): Promise<void> {
  await database.query('delete from setup_links where user_id is not distinct from $1', [userId])
}
