import type { EngineOptions, IdTokenIssuer } from '@harmont/engine'
import { recordAudit, systemActor } from '../platform/audit/record-audit.ts'
import type { Database } from '../platform/database/transaction.ts'
import type { RunnerIdentity } from './tokens.ts'

type Secrets = EngineOptions['secrets']

const remark =
  'The secrets of this step are not set: the key with which its runner joined excludes them (--no-secrets).'

/**
 * Returns the secrets and registry logins for a runner. Each read is recorded in the organization's
 * audit log.
 */
export function secretsFor(
  { runner, getsSecrets }: Pick<RunnerIdentity, 'runner' | 'getsSecrets'>,
  { pool, secrets }: { readonly pool: Database; readonly secrets: Secrets },
): Secrets {
  if (!getsSecrets) return { of: async () => ({ kind: 'withheld', remark }) }
  return {
    async of(buildId, names, isForShell) {
      const answer = await secrets.of(buildId, names, isForShell)
      if (answer.kind === 'values' && answer.values.size > 0)
        await recordReading(pool, runner, buildId, {
          action: 'runner.secrets_read',
          secrets: [...answer.values.keys()].sort(),
        })
      return answer
    },
    async login(buildId, registry) {
      const login = (await secrets.login?.(buildId, registry)) ?? null
      if (login !== null) await recordReading(pool, runner, buildId, { action: 'runner.login_read', registry })
      return login
    },
  }
}

const tokenRemark =
  'The identity tokens of this step are not set: the key with which its runner joined excludes them (--no-secrets).'

/**
 * Returns the issuer of identity tokens for a runner: it gets tokens under the same conditions as
 * secrets.
 */
export function idTokensFor(
  { getsSecrets }: Pick<RunnerIdentity, 'getsSecrets'>,
  issuer: IdTokenIssuer,
): IdTokenIssuer {
  return getsSecrets ? issuer : { issue: async () => ({ kind: 'withheld', remark: tokenRemark }) }
}

/** Records a read, before the values are sent, so that every read leaves a trace. */
async function recordReading(
  pool: Database,
  runner: string,
  buildId: string,
  { action, ...what }: { readonly action: string; readonly secrets?: readonly string[]; readonly registry?: string },
): Promise<void> {
  const { rows } = await pool.query<{ queue: string }>({
    name: 'organization-of-build',
    text: 'select queue from engine.builds where id = $1',
    values: [buildId],
  })
  const details = { build: buildId, ...what }
  const event = { organizationId: rows[0]?.queue ?? null, action, subject: runner, details }
  await recordAudit(pool, systemActor, event)
}
