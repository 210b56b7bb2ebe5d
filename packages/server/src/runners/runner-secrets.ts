import type { EngineOptions, IdTokenIssuer } from '@harmont/engine'
import { recordAudit, systemActor } from '../platform/audit/record-audit.ts'
import type { Database } from '../platform/database/transaction.ts'
import type { RunnerIdentity } from './tokens.ts'

type Secrets = EngineOptions['secrets']

const remark = 'The secrets of this step are not set: its runner has joined with a key that gives none (--no-secrets).'

/** Returns the secrets as a runner gets them: each reading is in the organization's audit log. */
export function secretsFor(
  { runner, getsSecrets }: Pick<RunnerIdentity, 'runner' | 'getsSecrets'>,
  { pool, secrets }: { readonly pool: Database; readonly secrets: Secrets },
): Secrets {
  if (!getsSecrets) return { of: async () => ({ kind: 'withheld', remark }) }
  return {
    async of(buildId, names, isForShell) {
      const answer = await secrets.of(buildId, names, isForShell)
      if (answer.kind === 'values' && answer.values.size > 0)
        await recordReading(pool, runner, buildId, [...answer.values.keys()].sort())
      return answer
    },
  }
}

const tokenRemark =
  'The identity tokens of this step are not set: its runner has joined with a key that gives none (--no-secrets).'

/** Returns the issuer of identity tokens for a runner: it gets tokens where it gets secrets. */
export function idTokensFor(
  { getsSecrets }: Pick<RunnerIdentity, 'getsSecrets'>,
  issuer: IdTokenIssuer,
): IdTokenIssuer {
  return getsSecrets ? issuer : { issue: async () => ({ kind: 'withheld', remark: tokenRemark }) }
}

/** Before the values leave, so that none is given without a trace. */
async function recordReading(pool: Database, runner: string, buildId: string, names: readonly string[]): Promise<void> {
  const { rows } = await pool.query<{ queue: string }>({
    name: 'organization-of-build',
    text: 'select queue from engine.builds where id = $1',
    values: [buildId],
  })
  const details = { build: buildId, secrets: names }
  const event = { organizationId: rows[0]?.queue ?? null, action: 'runner.secrets_read', subject: runner, details }
  await recordAudit(pool, systemActor, event)
}
