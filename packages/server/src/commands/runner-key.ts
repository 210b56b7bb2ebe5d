import process from 'node:process'
import { parseArgs } from 'node:util'
import type pg from 'pg'
import { createLog } from '../platform/create-log.ts'
import { withDatabase } from '../platform/database/visit-database.ts'
import { formatInstant } from '../platform/input/instant.ts'
import { InvalidValue, listOf, runnerWord } from '../platform/settings/parse.ts'
import { type Environment, readSettings, SettingsError } from '../platform/settings/read-settings.ts'
import {
  createRunnerKey,
  findOrganizations,
  listRunnerKeys,
  type NewRunnerKey,
  type RunnerKey,
  revokeRunnerKey,
} from '../runners/index.ts'
import { endOf } from './coupon.ts'

const mostUses = 100_000

/** The requested key, with slugs of organizations instead of ids. */
type Wish = NewRunnerKey

/** Runs `harmont runner-key create …`, `harmont runner-key list` and `harmont runner-key revoke ID`. */
export async function runnerKey(args: readonly string[], environment: Environment): Promise<void> {
  const work = workOf(args)
  process.stdout.write(await withDatabase(readSettings(environment), createLog('error'), work))
}

function workOf([verb, ...rest]: readonly string[]): (pool: pg.Pool) => Promise<string> {
  if (verb === 'create') {
    const wish = readRunnerKey(rest)
    return (pool) => create(pool, wish)
  }
  if (verb === 'list' && rest.length === 0) return list
  const [id, ...more] = rest
  if (verb === 'revoke' && id !== undefined && more.length === 0) return (pool) => revoke(pool, id)
  throw new SettingsError(
    `runner-key: expected \`create --pool POOL\`, \`list\` or \`revoke ID\`, got \`${[verb, ...rest].join(' ').trim()}\`.`,
  )
}

async function create(pool: pg.Pool, wish: Wish): Promise<string> {
  const { organizations: slugs } = wish
  const known = slugs === null ? null : await findOrganizations(pool, slugs)
  const unknown = slugs?.filter((slug) => !known?.has(slug)) ?? []
  if (unknown.length > 0)
    throw new SettingsError(`runner-key create: expected slugs of organizations, got \`${unknown.join(',')}\`.`)
  const { key } = await createRunnerKey(pool, { ...wish, organizations: known && [...known.values()] })
  return `${key}\n`
}

async function list(pool: pg.Pool): Promise<string> {
  const keys = await listRunnerKeys(pool)
  return keys.length === 0 ? 'There are no runner keys.\n' : keys.map((key) => `${describe(key)}\n`).join('')
}

async function revoke(pool: pg.Pool, wanted: string): Promise<string> {
  const keys = (await listRunnerKeys(pool)).filter(({ id }) => id.startsWith(wanted.toLowerCase()))
  const [key, ...more] = keys
  if (key === undefined || more.length > 0)
    throw new SettingsError(
      `runner-key revoke: expected the id of one key, as \`runner-key list\` shows it, got \`${wanted}\`.`,
    )
  await revokeRunnerKey(pool, key.id)
  return `Revoked ${key.id}: no runner can join with it. Runners that have joined stay; \`runner revoke\` ends them.\n`
}

/** Parses the arguments of `create`. Throws a SettingsError that names the wrong argument. */
export function readRunnerKey(args: readonly string[]): Wish {
  const { pool, organizations, labels = '', uses, expires, ...rest } = parse(args)
  const named = (name: string, text: string) => {
    try {
      return listOf(runnerWord)(text)
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error
      throw new SettingsError(`runner-key create: expected --${name} with ${error.message}, got \`${text}\`.`)
    }
  }
  const [name, ...more] = named('pool', pool ?? '')
  if (name === undefined || more.length > 0)
    throw new SettingsError('runner-key create: expected --pool with the name of one pool, such as `default`.')
  const slugs = organizations === undefined ? null : organizations.split(',').filter((slug) => slug !== '')
  if (slugs?.length === 0)
    throw new SettingsError(
      'runner-key create: expected --organizations with slugs, such as `acme,beta`; omit it for all.',
    )
  if (uses !== undefined && (!/^\d{1,6}$/.test(uses) || Number(uses) < 1 || Number(uses) > mostUses))
    throw new SettingsError(`runner-key create: expected --uses from 1 to ${mostUses}, got \`${uses}\`.`)
  const expiresAt = expires === undefined ? null : endOf(expires)
  if (expiresAt !== null && !(expiresAt.getTime() > Date.now()))
    throw new SettingsError(
      `runner-key create: expected --expires with a future day such as 2027-01-31, got \`${expires}\`.`,
    )
  return {
    pool: name,
    labels: named('labels', labels),
    organizations: slugs,
    getsSecrets: rest['no-secrets'] !== true,
    uses: uses === undefined ? null : Number(uses),
    expiresAt,
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const options = { pool: text, organizations: text, labels: text, uses: text, expires: text } as const
  try {
    return parseArgs({ args: [...args], options: { ...options, 'no-secrets': { type: 'boolean' } } }).values
  } catch (error) {
    throw new SettingsError(`runner-key create: ${error instanceof Error ? error.message : error}`)
  }
}

function describe({
  id,
  pool,
  labels,
  organizations,
  getsSecrets,
  uses,
  used,
  expiresAt,
  revokedAt,
}: RunnerKey): string {
  const parts = [
    id.slice(0, 8),
    `pool ${pool}`,
    labels.length === 0 ? 'no labels' : `labels ${labels.join(',')}`,
    organizations === null ? 'all organizations' : `organizations ${organizations.join(',') || 'none (deleted)'}`,
    getsSecrets ? 'secrets' : 'no secrets',
    uses === null ? `joined ${used}` : `joined ${used} of ${uses}`,
    revokedAt !== null ? 'revoked' : expiresAt === null ? 'never expires' : `expires ${formatInstant(expiresAt)}`,
  ]
  return parts.join('  ')
}
