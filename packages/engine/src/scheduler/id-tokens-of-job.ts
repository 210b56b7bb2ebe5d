import type { Build, Job } from '../core/model.ts'
import type { IdTokensAnswer } from '../port.ts'
import type { BuildContext } from '../store.ts'

/** Issues the identity tokens of steps (`engine.md` 4). */
export interface IdTokenIssuer {
  issue(request: IdTokenRequest): Promise<IdTokensAnswer>
}

/** A job that holds its lease, and the tokens that its step requests. */
export interface IdTokenRequest {
  readonly buildId: string
  readonly job: Pick<Job, 'id' | 'attempt' | 'runner'>
  readonly stepKey: string
  /** Audiences by the environment variable of the token. */
  readonly audiences: Readonly<Record<string, string>>
}

const forkRemark = 'The identity tokens of this step are not set: builds of forks get none.'
const noIssuerRemark = 'The identity tokens of this step are not set: only a server issues them.'

/** Returns the issuer's answer for a job, except that a build of a fork never gets tokens. */
export async function idTokensOfJob(
  issuer: IdTokenIssuer | undefined,
  { build, context: { trust }, job }: { readonly build: Build; readonly context: BuildContext; readonly job: Job },
): Promise<IdTokensAnswer> {
  const step = build.steps[job.step ?? -1]
  const { idTokens: audiences } = step ?? {}
  if (step === undefined || audiences === undefined) return { kind: 'tokens', tokens: new Map() }
  if (trust === 'fork') return { kind: 'withheld', remark: forkRemark }
  if (issuer === undefined) return { kind: 'withheld', remark: noIssuerRemark }
  return issuer.issue({ buildId: build.id, job, stepKey: step.key, audiences })
}
