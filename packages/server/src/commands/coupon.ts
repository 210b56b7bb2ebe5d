import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { type Coupon, insertCoupon, listCoupons, type NewCoupon } from '../billing/ledger/coupons.ts'
import { createLog } from '../platform/create-log.ts'
import { withDatabase } from '../platform/database/visit-database.ts'
import { formatInstant } from '../platform/input/instant.ts'
import { type Environment, readSettings, SettingsError } from '../platform/settings/read-settings.ts'
import { formatDollars, readDollars } from './money.ts'

const mostUses = 1_000_000

/**
 * Runs `harmont coupon create CODE DOLLARS [--uses N] [--expires DATE]` and `harmont coupon list`.
 */
export async function coupon(args: readonly string[], environment: Environment): Promise<void> {
  const [verb, ...rest] = args
  if (verb === 'create') return create(readCoupon(rest), environment)
  if (verb === 'list' && rest.length === 0) return list(environment)
  throw new SettingsError(`coupon: expected \`create\` or \`list\`, got \`${args.join(' ')}\`.`)
}

async function create(made: NewCoupon, environment: Environment): Promise<void> {
  const isNew = await withDatabase(readSettings(environment), createLog('error'), (pool) => insertCoupon(pool, made))
  if (!isNew) throw new SettingsError(`coupon: expected a new code, got \`${made.code}\`, which already exists.`)
  process.stdout.write(`${describe({ ...made, redemptions: 0 })}\n`)
}

async function list(environment: Environment): Promise<void> {
  const coupons = await withDatabase(readSettings(environment), createLog('error'), (pool) => listCoupons(pool))
  process.stdout.write(coupons.map((each) => `${describe(each)}\n`).join(''))
}

/** Parses the arguments of `create`. Throws a SettingsError that names the wrong argument. */
export function readCoupon(args: readonly string[]): NewCoupon {
  const { values, positionals } = parse(args)
  const [code = '', dollars = '', ...more] = positionals
  const { uses = '1', expires } = values
  if (!/^[A-Za-z0-9_-]{4,64}$/.test(code) || more.length > 0)
    throw new SettingsError('coupon create: expected CODE (4 to 64 letters, digits, `-` and `_`) and DOLLARS.')
  if (!/^\d{1,7}$/.test(uses) || Number(uses) < 1 || Number(uses) > mostUses)
    throw new SettingsError(`coupon create: expected --uses from 1 to ${mostUses}, got \`${uses}\`.`)
  const expiresAt = expires === undefined ? null : endOf(expires)
  if (expiresAt !== null && !(expiresAt.getTime() > Date.now()))
    throw new SettingsError(
      `coupon create: expected --expires with a future day such as 2027-01-31, got \`${expires}\`.`,
    )
  const creditCents = readDollars('coupon create', dollars)
  return { id: randomUUID(), code, creditCents, maxRedemptions: Number(uses), expiresAt }
}

/** Returns the instant that the text names, or the end of a named day. */
export function endOf(text: string): Date {
  const at = new Date(text)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(at.getTime() + 86_400_000) : at
}

function parse(args: readonly string[]) {
  try {
    const options = { uses: { type: 'string' }, expires: { type: 'string' } } as const
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    throw new SettingsError(`coupon create: ${error instanceof Error ? error.message : error}`)
  }
}

function describe({ code, creditCents, redemptions, maxRedemptions, expiresAt }: Coupon): string {
  const end = expiresAt === null ? 'never expires' : `expires ${formatInstant(expiresAt)}`
  return `${code}  ${formatDollars(creditCents)}  redeemed ${redemptions} of ${maxRedemptions}  ${end}`
}
