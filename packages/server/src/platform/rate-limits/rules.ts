/**
 * The limits of `http.md` 12.3. Each is a token bucket that holds `count` tokens and refills within
 * `seconds`.
 */
import { InvalidValue, type Parse } from '../settings/parse.ts'

export interface LimitRule {
  readonly count: number
  readonly seconds: number
  /** Whether it is counted in PostgreSQL for all processes together, instead of in each process. */
  readonly shared: boolean
}

const minute = 60
const hour = 3600
const rule = (count: number, seconds: number, shared = false): LimitRule => ({ count, seconds, shared })

/** By name. The last word of a name is the kind of its keys. */
export const limitRules = {
  reads: rule(6000, minute),
  writes: rule(600, minute),
  anonymous: rule(300, minute),
  builds: rule(120, minute),
  cli_claim_nonce: rule(240, minute, true),
  cli_claim_unknown_address: rule(60, minute, true),
  cli_redeem_failures_address: rule(10, minute, true),
  cli_redeem_failures_hourly_address: rule(60, hour, true),
  cli_grant_user: rule(10, minute, true),
  sign_in_address: rule(30, minute, true),
  sign_in_failures_address: rule(10, minute, true),
  challenges_address: rule(60, minute, true),
  mail_begin_mail: rule(3, hour, true),
  mail_begin_address: rule(20, hour, true),
  coupon_failures_organization: rule(10, hour, true),
  coupon_failures_user: rule(10, hour, true),
  tokens_user: rule(20, hour, true),
  checkout_organization: rule(10, hour, true),
  invites_organization: rule(100, 24 * hour, true),
  // A step needs a token every five minutes, and one at each start of its runner.
  id_tokens_job: rule(60, hour, true),
  badges_address: rule(3000, minute),
  webhooks_address: rule(3000, minute),
  webhook_failures_address: rule(60, minute),
} as const satisfies Readonly<Record<string, LimitRule>>

export type LimitName = keyof typeof limitRules

/** `off`, or the limits with the configured replacements. */
export type RateLimitRules = 'on' | 'off' | Readonly<Partial<Record<LimitName, LimitRule>>>

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: minute, h: hour, d: 24 * hour }

/** Parses the setting: `on`, `off`, or entries such as `builds=600/1m`. */
export const rateLimitRules: Parse<RateLimitRules> = (text) => {
  if (text === 'on' || text === 'off') return text
  return Object.fromEntries(text.split(',').map((entry) => readEntry(entry.trim())))
}

/** Formats the setting for `rateLimitRules` to parse. */
export function formatRules(rules: RateLimitRules): string {
  if (typeof rules === 'string') return rules
  return Object.entries(rules)
    .map(([name, { count, seconds }]) => `${name}=${count}/${inLargestUnit(seconds)}`)
    .join(',')
}

function inLargestUnit(seconds: number): string {
  const [unit, length] = Object.entries(unitSeconds).findLast(([, each]) => seconds % each === 0) ?? ['s', 1]
  return `${seconds / length}${unit}`
}

function readEntry(entry: string): [string, LimitRule] {
  const match = /^(\w+)=(\d{1,9})\/(\d{1,5})([smhd])$/.exec(entry)
  const [, name = '', count, length, unit = ''] = match ?? []
  const known: LimitRule | undefined = Object.entries(limitRules).find(([each]) => each === name)?.[1]
  const seconds = Number(length) * (unitSeconds[unit] ?? 0)
  if (match === null || known === undefined || Number(count) === 0 || seconds === 0)
    throw new InvalidValue(
      `\`on\`, \`off\` or entries such as \`builds=600/1m\` for ${Object.keys(limitRules).join(', ')}`,
    )
  return [name, { count: Number(count), seconds, shared: known.shared }]
}
