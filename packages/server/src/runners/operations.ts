import type { components } from '@harmont/contract'
import { isRunnerWord } from '@harmont/ir/runner-word'
import type { Actor } from '../platform/audit/record-audit.ts'
import { apiError, type Body, type Complete, type Handlers, operation } from '../platform/http/index.ts'
import { FieldErrors } from '../platform/input/field-errors.ts'
import { formatInstant, formatOptionalInstant, parseInstant } from '../platform/input/instant.ts'
import { createRunnerKey, listRunnerKeys, type NewRunnerKey, type RunnerKey, revokeRunnerKey } from './keys.ts'
import { drainRunner, listRunners, resumeRunner, revokeRunner } from './list-runners.ts'
import { isManageable, type Looker, lookerOf, operatorRequired } from './looker.ts'
import { type FleetServices, readRunnerList, seenBy } from './read-fleet.ts'

type RunnerOperation =
  | 'listRunners'
  | 'drainRunner'
  | 'resumeRunner'
  | 'revokeRunner'
  | 'listRunnerKeys'
  | 'createRunnerKey'
  | 'revokeRunnerKey'

/** Operations on runners through the API for people. */
export function runnerRoutes(services: FleetServices): Pick<Handlers, RunnerOperation> {
  const { pool } = services
  return {
    listRunners: operation('listRunners', async (context) => {
      const looker = await lookerOf(services, context, context.query.scope)
      return { status: 200, body: await readRunnerList(services, looker) }
    }),
    drainRunner: operation('drainRunner', async (context) => {
      const { id, actor } = await requireRunner(services, await lookerOf(services, context), context.params.runner_id)
      await drainRunner(pool, id, actor)
      return { status: 204 }
    }),
    resumeRunner: operation('resumeRunner', async (context) => {
      const { id, actor } = await requireRunner(services, await lookerOf(services, context), context.params.runner_id)
      await resumeRunner(pool, id, actor)
      return { status: 204 }
    }),
    revokeRunner: operation('revokeRunner', async (context) => {
      const found = await requireRunner(services, await lookerOf(services, context), context.params.runner_id)
      // The server's own runner is part of its process: HARMONT_RUNNER turns it off.
      if (found.kind === 'server') throw runnerNotFound()
      await revokeRunner(pool, found.id, found.actor)
      return { status: 204 }
    }),
    listRunnerKeys: operation('listRunnerKeys', async (context) => {
      const looker = await lookerOf(services, context, context.query.scope)
      const keys = await listRunnerKeys(pool, looker.scope)
      return {
        status: 200,
        body: {
          data: keys
            .filter((key) => isLive(key) && isManageable(looker, key.organizations))
            .map((key) => presentKey(looker, key)),
        },
      }
    }),
    createRunnerKey: operation('createRunnerKey', async (context) => {
      const looker = await lookerOf(services, context)
      const made = readNewKey(looker, context.body)
      const { id, key } = await createRunnerKey(pool, made, looker.actor)
      const row = (await listRunnerKeys(pool, null)).find((one) => one.id === id)
      if (row === undefined) throw new Error(`the key ${id} was removed at once`)
      return { status: 201, body: { key, runner_key: presentKey(looker, row) } }
    }),
    revokeRunnerKey: operation('revokeRunnerKey', async (context) => {
      const looker = await lookerOf(services, context)
      const seen = await listRunnerKeys(pool, looker.isOperator ? null : looker.organizationId)
      const wanted = context.params.key_id.toLowerCase()
      const key = seen.find(({ id, revokedAt }) => id === wanted && revokedAt === null)
      if (key === undefined || !isManageable(looker, key.organizations))
        throw apiError('runner_key_not_found', 'There is no key for runners of this organization with this id.')
      await revokeRunnerKey(pool, key.id, actorFor(looker, key.organizations))
      return { status: 204 }
    }),
  }
}

/**
 * Finds a runner that the person may change. Throws 404 for one that they may not see, and 403 for
 * one that they may not change.
 */
async function requireRunner({ pool }: FleetServices, looker: Looker, wanted: string) {
  const seen = await listRunners(pool, looker.isOperator ? null : looker.organizationId)
  // The id of the server's own runner may have capitals.
  const runner = seen.find(({ id, isRevoked }) => [wanted, wanted.toLowerCase()].includes(id) && !isRevoked)
  if (runner === undefined) throw runnerNotFound()
  const { id, kind, organizations } = runner
  if (!isManageable(looker, organizations)) throw operatorRequired('change a runner that other organizations use')
  return { id, kind, actor: actorFor(looker, organizations) }
}

function runnerNotFound(): Error {
  return apiError('runner_not_found', 'There is no runner with this id that takes jobs of this organization.')
}

/** Other organizations' audit logs name the operator, but not their address or browser. */
function actorFor({ actor, slug }: Looker, organizations: readonly string[] | null): Actor {
  const isForeign = organizations?.some((each) => each !== slug) === true
  return isForeign ? { ...actor, address: null, userAgent: null } : actor
}

function isLive({ revokedAt, isOrphan, expiresAt }: RunnerKey): boolean {
  return revokedAt === null && !isOrphan && (expiresAt === null || expiresAt.getTime() > Date.now())
}

function presentKey(looker: Looker, key: RunnerKey): Complete<components['schemas']['RunnerKey']> {
  return {
    id: key.id,
    pool: key.pool,
    labels: [...key.labels],
    organizations: seenBy(looker, key.organizations),
    secrets: key.getsSecrets,
    uses: key.uses,
    used: key.used,
    made_by: key.madeBy,
    created_at: formatInstant(key.createdAt),
    expires_at: formatOptionalInstant(key.expiresAt),
  }
}

const mostLabels = 20
const mostUses = 1000
const dayMs = 24 * 3600 * 1000

/** Parses a new key. Throws 422, and 403 for one of all organizations. */
function readNewKey(looker: Looker, body: Body<'createRunnerKey'>): NewRunnerKey {
  const { pool, labels, secrets, uses, expires_at, every_organization } = body
  if (every_organization === true && !looker.isOperator)
    throw operatorRequired('make a key for runners of all organizations')
  const errors = new FieldErrors()
  const word = 'must be letters, digits, `_`, `.` and `-`, at most 63, and begin with a letter or digit'
  if (!isRunnerWord(pool)) errors.add('pool', word)
  if ((labels ?? []).length > mostLabels) errors.add('labels', `must be at most ${mostLabels}`)
  labels?.forEach((label, index) => {
    if (!isRunnerWord(label)) errors.add(`labels.${index}`, word)
  })
  if (uses != null && (uses < 1 || uses > mostUses)) errors.add('uses', `must be from 1 to ${mostUses}`)
  const expiresAt = expires_at == null ? new Date(Date.now() + dayMs) : parseInstant(expires_at)
  if (expiresAt === undefined) errors.add('expires_at', 'must be an instant such as `2030-01-31T12:00:00Z`')
  else if (expiresAt.getTime() <= Date.now()) errors.add('expires_at', 'must be in the future')
  errors.throwIfAny('request_invalid')
  return {
    pool,
    labels: [...new Set(labels ?? [])],
    organizations: every_organization === true ? null : [looker.organizationId],
    getsSecrets: secrets ?? true,
    uses: uses ?? 1,
    expiresAt: expiresAt ?? null,
  }
}
