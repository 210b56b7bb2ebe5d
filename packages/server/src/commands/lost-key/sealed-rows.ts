import { placeOfGrant } from '../../forges/bitbucket/grant-store.ts'
import { placeOfHook } from '../../forges/bitbucket/hooks.ts'
import { placeOfNotification } from '../../notifications/notification.ts'
import { placeOfLogin } from '../../organizations/registries/set-registry.ts'
import { placeOfSecret } from '../../organizations/secrets/set-secret.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { openOrNull, type Sealer } from '../../platform/encryption/seal.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'

/** An encrypted value of the database that cannot be generated again. */
export interface SealedRow {
  readonly kind: 'secret' | 'login' | 'notification' | 'grant' | 'hook'
  readonly id: string
  /** The place that the value is sealed for. */
  readonly place: string
  readonly sealed: Buffer
  /**
   * A name for the operator: the secret with its organization or pipeline, the receiver of a
   * notification, the workspaces of a connection, the repository of a webhook.
   */
  readonly name: string
}

const rowsPerPage = 200
const noUuid = '00000000-0000-0000-0000-000000000000'

/** Returns the place that the value of an id is sealed for, by kind. */
const placeOf: Readonly<Record<SealedRow['kind'], (id: string) => string>> = {
  secret: placeOfSecret,
  login: placeOfLogin,
  notification: placeOfNotification,
  grant: (id) => placeOfGrant(id, 'access'),
  hook: placeOfHook,
}

interface Reading {
  /** Lower than every id. */
  readonly before: string
  /** Selects rows with an id above $1, ascending, $2 at most, each value of $3 bytes at most. */
  readonly text: string
}

const readings: readonly Reading[] = [
  {
    before: noUuid,
    text: `select * from (
             select 'secret' as kind, s.id, s.sealed_value as sealed, s.name || ' of ' || o.slug || coalesce('/' || p.slug, '') as name
               from secrets s join organizations o on o.id = s.organization_id left join pipelines p on p.id = s.pipeline_id
             union all
             select 'notification', n.id, n.sealed_address, n.target || ' of ' || o.slug
               from notifications n join organizations o on o.id = n.organization_id
             union all
             select 'login', l.id, l.sealed_secret, l.host || ' of ' || o.slug
               from registry_logins l join organizations o on o.id = l.organization_id) v
            where v.id > $1 and octet_length(v.sealed) <= $3 order by v.id limit $2`,
  },
  {
    before: noUuid,
    text: `select 'grant' as kind, g.id, g.access_token as sealed,
                  coalesce((select string_agg(w.slug, ', ' order by w.slug) from bitbucket_workspaces w where w.grant_id = g.id), '') as name
             from bitbucket_grants g where g.id > $1 and octet_length(g.access_token) <= $3 order by g.id limit $2`,
  },
  {
    before: '0',
    text: `select 'hook' as kind, id, hook_secret as sealed, owner || '/' || name as name
             from repositories where id > $1 and octet_length(hook_secret) <= $3 order by id limit $2`,
  },
]

/** Yields all sealed values of at most `mostBytes`, a page at a time. */
async function* sealedRows(database: Database, mostBytes: number): AsyncGenerator<SealedRow> {
  for (const { before, text } of readings) {
    for (let after = before; ; ) {
      const { rows } = await database.query<Omit<SealedRow, 'place'>>(text, [after, rowsPerPage, mostBytes])
      for (const row of rows) yield { ...row, place: placeOf[row.kind](row.id) }
      const last = rows.at(-1)
      if (last === undefined) break
      after = last.id
    }
  }
}

/**
 * The longest value that is checked at the start. A step fails at once if the key does not decrypt
 * a longer secret.
 */
const mostBytesAtStart = 16 * 1024
const anyLength = 2 ** 31 - 1
const mostNamed = 3

/**
 * Refuses to start if the key does not decrypt all values. A server with another key would hide the
 * loss of the old one, and seal new values under the wrong key. `keyPlace` describes the source of
 * the key for the operator.
 */
export async function requireReadable(database: Database, sealer: Sealer, keyPlace: string): Promise<void> {
  const lost: SealedRow[] = []
  for await (const row of unreadableRows(database, sealer, mostBytesAtStart)) lost.push(row)
  if (lost.length === 0) return
  const named = lost.slice(0, mostNamed).map(describeRow)
  const more = lost.length > mostNamed ? ` and ${lost.length - mostNamed} more` : ''
  throw new SettingsError(
    `HARMONT_ENCRYPTION_KEY: expected the key that the database was encrypted with. The one from ${keyPlace} does not decrypt ${named.join(', ')}${more}. Restore that key: set HARMONT_ENCRYPTION_KEY to its earlier value, or restore the file \`secrets/encryption\` of the data directory from a backup. If the key is lost, \`npm start -- forget-lost\` removes what can no longer be decrypted and lists it.`,
  )
}

/** Yields the values that this key does not decrypt. */
export async function* unreadableRows(
  database: Database,
  sealer: Sealer,
  mostBytes = anyLength,
): AsyncGenerator<SealedRow> {
  for await (const row of sealedRows(database, mostBytes))
    if (openOrNull(sealer, row.place, row.sealed) === null) yield row
}

/** Describes a row for an operator. */
export function describeRow({ kind, name }: SealedRow): string {
  if (kind === 'secret') return `the secret ${name}`
  if (kind === 'notification') return `the notification to ${name}`
  if (kind === 'login') return `the login of the registry ${name}`
  return kind === 'hook' ? `the webhook of ${name}` : `the connection to Bitbucket (${name})`
}
