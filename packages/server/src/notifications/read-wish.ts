import type pg from 'pg'
import { findMemberByEmail } from '../organizations/members/store.ts'
import type { Body } from '../platform/http/index.ts'
import { FieldErrors } from '../platform/input/field-errors.ts'
import { readEmailAddress } from '../platform/names/email-address.ts'
import { checkAddress, FetchRefused } from '../platform/outbound/guarded-fetch.ts'
import { type Event, events, type Kind } from './notification.ts'

/** The destination of a notification. */
type Destination =
  | { readonly kind: 'webhook' | 'slack'; readonly url: string; readonly target: string }
  | { readonly kind: 'email'; readonly userId: string; readonly target: string }

export interface Wish {
  readonly destination: Destination
  readonly events: readonly Event[]
  readonly branches: readonly string[] | null
}

interface WishServices {
  readonly pool: pg.Pool
  readonly allowedHosts: readonly string[]
}

/** Validates a new notification. Throws 422 `request_invalid`; no message contains the address. */
export async function readWish(
  services: WishServices,
  organizationId: string,
  body: Body<'createNotification'>,
): Promise<Wish> {
  const errors = new FieldErrors()
  const limits = { events: readEvents(errors, body.events), branches: readBranches(errors, body.branches ?? null) }
  const destination = await readDestination(services, organizationId, errors, body)
  errors.throwIfAny('request_invalid')
  if (destination === undefined) throw new Error('a wish without a destination has an error')
  return { ...limits, destination }
}

const mostBranches = 100

export function readEvents(errors: FieldErrors, given: readonly string[]): readonly Event[] {
  const unknown = given.find((event) => !(events as readonly string[]).includes(event))
  if (given.length === 0 || unknown !== undefined)
    errors.add('events', `must have one or more of ${events.join(', ')}; got ${unknown?.slice(0, 80) ?? 'none'}`)
  return events.filter((event) => given.includes(event))
}

export function readBranches(errors: FieldErrors, given: readonly string[] | null): readonly string[] | null {
  if (given === null) return null
  const isLong = given.some((glob) => glob === '' || [...glob].length > 255)
  if (given.length === 0 || given.length > mostBranches || isLong)
    errors.add(
      'branches',
      `must have 1 to ${mostBranches} globs of 1 to 255 characters, or be null for every build; got ${given.length}`,
    )
  return given
}

async function readDestination(
  { pool, allowedHosts }: WishServices,
  organizationId: string,
  errors: FieldErrors,
  { kind, url, email }: { readonly kind: Kind; readonly url?: string; readonly email?: string },
): Promise<Destination | undefined> {
  if (kind === 'email') {
    const address = readEmailAddress(email ?? '')
    const member = address === undefined ? undefined : await findMemberByEmail(pool, organizationId, address)
    if (member === undefined) errors.add('email', 'must be the address of a member of the organization')
    return member && { kind, userId: member.user_id, target: member.email }
  }
  const problem = urlProblem(url ?? '', allowedHosts)
  if (problem !== null) errors.add('url', problem)
  return problem === null && url !== undefined ? { kind, url, target: shownUrl(kind, url) } : undefined
}

const longestUrl = 2_000

/** Host names are resolved when a message is sent. */
function urlProblem(url: string, allowedHosts: readonly string[]): string | null {
  if (url.length > longestUrl) return `must have at most ${longestUrl} characters; got ${url.length}`
  try {
    checkAddress(url, allowedHosts)
    return null
  } catch (error) {
    if (error instanceof FetchRefused) return error.message
    throw error
  }
}

/**
 * Returns an address for display, without its secrets: the path of a Slack webhook, and every
 * query.
 */
function shownUrl(kind: Kind, text: string): string {
  const { origin, pathname, search } = new URL(text)
  if (kind === 'slack') return `${origin}/…`
  return `${origin}${pathname}${search === '' ? '' : '?…'}`
}
