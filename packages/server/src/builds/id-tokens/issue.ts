/** Issues identity tokens: OpenID Connect, for steps instead of people. */
import { randomUUID } from 'node:crypto'
import type { IdTokenIssuer, IdTokenRequest, IdTokensAnswer } from '@harmont/engine'
import { importJWK, SignJWT } from 'jose'
import { recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { CannotOpen } from '../../platform/encryption/seal.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { type BuildRecordFacts, claimsOf, subjectOf } from './claims.ts'
import { type KeyServices, type SigningKey, signingKey } from './keys.ts'

export interface IssuerServices extends KeyServices {
  /** The issuer's address. */
  readonly publicUrl: string
  readonly now: () => Date
  readonly limiter: Pick<RateLimiter, 'take'>
}

const forkRemark = 'Identity tokens are not given to builds of forks; the variables of this step are unset.'
const lostReason =
  'The keys that sign identity tokens cannot be decrypted: they were encrypted with a key that this server no longer has. The operator removes them with `npm start -- forget-lost`.'

export function idTokenIssuer(services: IssuerServices): IdTokenIssuer {
  return {
    async issue(request) {
      const facts = await readFacts(services.pool, request.buildId)
      if (facts.trust === 'fork') return { kind: 'withheld', remark: forkRemark }
      // Each token adds a row to the audit log: a runner must not fill it.
      await services.limiter.take('id_tokens_job', request.job.id)
      const now = services.now()
      try {
        return await issueFor(services, request, facts, now)
      } catch (error) {
        if (error instanceof CannotOpen) return { kind: 'unusable', reason: lostReason }
        throw error
      }
    },
  }
}

async function issueFor(
  services: IssuerServices,
  request: IdTokenRequest,
  facts: BuildRecordFacts,
  now: Date,
): Promise<IdTokensAnswer> {
  const key = await signingKey(services, now)
  const claims = claimsOf(facts, request, { issuer: services.publicUrl, now })
  const wanted = Object.entries(request.audiences).map(([name, audience]) => ({ name, audience, jti: randomUUID() }))
  const tokens = await signAll(key, wanted, claims)
  // Writes the audit rows before returning the tokens, so that every token is recorded.
  await recordAudit(services.pool, systemActor, {
    organizationId: facts.organization_id,
    action: 'id_token.issued',
    subject: subjectOf(facts),
    details: {
      pipeline: facts.pipeline,
      build: facts.number,
      build_id: request.buildId,
      job: request.job.id,
      step: request.stepKey,
      runner: request.job.runner,
      tokens: wanted.map(({ audience, jti }) => ({ audience, jti })),
    },
  })
  return { kind: 'tokens', tokens }
}

async function signAll(
  { kid, privateKey }: SigningKey,
  wanted: readonly { readonly name: string; readonly audience: string; readonly jti: string }[],
  claims: Readonly<Record<string, string | number>>,
): Promise<ReadonlyMap<string, string>> {
  const key = await importJWK(privateKey, 'RS256')
  const signed = wanted.map(async ({ name, audience, jti }) => {
    const token = new SignJWT({ aud: audience, ...claims, jti }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
    return [name, await token.sign(key)] as const
  })
  return new Map(await Promise.all(signed))
}

async function readFacts(database: Database, buildId: string): Promise<BuildRecordFacts> {
  const { rows } = await database.query<BuildRecordFacts>({
    name: 'facts-of-id-token',
    text: `select o.id as organization_id, o.slug as organization, p.id as pipeline_id, p.slug as pipeline, r.number, r.branch, r.tag,
                  r.commit, r.event, r.trust, r.ref_class, (r.pull_request ->> 'number')::integer as pull_request, p.forge,
                  p.repo_name as repository, p.forge_repository_id as repository_id
             from build_records r join pipelines p on p.id = r.pipeline_id join organizations o on o.id = p.organization_id
            where r.id = $1`,
    values: [buildId],
  })
  const [facts] = rows
  if (facts === undefined) throw new Error(`the build ${buildId} was deleted while its tokens were being issued`)
  return facts
}
