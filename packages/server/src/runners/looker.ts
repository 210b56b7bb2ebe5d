/** Determines which runners a person may see, and which they may change. */
import { type ActingContext, type Actor, actorOf } from '../platform/audit/record-audit.ts'
import type { Database } from '../platform/database/transaction.ts'
import { apiError, type Caller, type Membership } from '../platform/http/index.ts'
import type { Settings } from '../platform/settings/read-settings.ts'

export interface Looker {
  readonly organizationId: string
  readonly slug: string
  /** Whether the person is an operator of the server (`HARMONT_OPERATORS`). */
  readonly isOperator: boolean
  /** The organization whose runners are shown; null for all of the server. */
  readonly scope: string | null
  readonly actor: Actor
}

interface Request extends ActingContext {
  readonly caller: Caller
  readonly membership: Membership
}

interface LookerServices {
  readonly pool: Database
  readonly settings: Pick<Settings, 'operators'>
}

/**
 * Returns the caller's rights on runners. Throws 403 if the scope is the whole server and the
 * person is not an operator.
 */
export async function lookerOf(
  { pool, settings }: LookerServices,
  context: Request,
  asked: 'organization' | 'server' = 'organization',
): Promise<Looker> {
  const { caller, membership } = context
  const isOperator = await isOperatorOf(pool, settings.operators, caller)
  if (asked === 'server' && !isOperator) throw operatorRequired('see all runners of the server')
  const { organizationId, organizationSlug: slug } = membership
  return {
    organizationId,
    slug,
    isOperator,
    scope: asked === 'server' ? null : organizationId,
    actor: actorOf(context),
  }
}

/** A key that is limited to organizations never gives operator rights. */
async function isOperatorOf(database: Database, operators: readonly string[], caller: Caller): Promise<boolean> {
  if (operators.length === 0 || caller.organizationIds !== null) return false
  const { rows } = await database.query<{ is_operator: boolean }>({
    name: 'is-operator',
    text: 'select exists (select from users where id = $1 and lower(email) = any($2)) as is_operator',
    values: [caller.userId, operators],
  })
  return rows[0]?.is_operator === true
}

/**
 * Whether a person may change a runner or key that belongs to these organizations (null: all).
 * Admins may if it belongs to their organization only; operators may in any case.
 */
export function isManageable({ isOperator, slug }: Looker, organizations: readonly string[] | null): boolean {
  return isOperator || (organizations?.length === 1 && organizations[0] === slug)
}

export function operatorRequired(deed: string): Error {
  return apiError(
    'operator_required',
    `Only an operator of this server may ${deed}. HARMONT_OPERATORS names them by their e-mail addresses.`,
  )
}
