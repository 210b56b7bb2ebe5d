import { setTimeout as sleep } from 'node:timers/promises'
import { now, type Sandbox } from '@harmont/sandbox'
import type { StepWork } from '../port.ts'
import { type JobContext, SecretsUnusable } from './job-context.ts'
import { persist } from './retry.ts'
import { type Masks, memoOf } from './secrets.ts'

/** Number of successors that a token outlives. */
const validSets = 3
/** The oldest tokens beyond this number are not masked, because they expired hours ago. */
const mostMasked = 400

/** The identity tokens of one step. Their files are replaced while the step's command runs. */
export class StepTokens {
  readonly #context: JobContext
  #masks: Masks
  #dueAt: number

  private constructor(context: JobContext, masks: Masks) {
    this.#context = context
    this.#masks = masks
    this.#dueAt = now()
  }

  /**
   * Returns the tokens of a step whose command has not started yet; null when the step requests
   * none. `secrets` are the values that the step's log masks. Logs that share its masks from then
   * on mask the tokens as well.
   */
  static async open(context: JobContext, { step }: StepWork, secrets: readonly string[]): Promise<StepTokens | null> {
    if (step.idTokens === undefined) return null
    await context.log.mask(secrets)
    return new StepTokens(context, { secrets, tokens: [] })
  }

  /** Returns the tokens of a command that an earlier process started; null when it has none. */
  static resume(context: JobContext, masks: Masks): StepTokens | null {
    return masks.tokens.length === 0 ? null : new StepTokens(context, masks)
  }

  /** The masked texts, for `maskAgain`. */
  get memo(): string {
    return memoOf(this.#masks)
  }

  /**
   * Requests new tokens and masks them. Returns the tokens by the variables that name their files.
   * Returns none, and logs the reason, when the job may have none.
   */
  async issue(signal = this.#context.lease.signal): Promise<Readonly<Record<string, string>>> {
    const { options, settings, lease, log } = this.#context
    const { jobId } = lease.job
    const answer = await persist(() => options.port.issueIdTokens(lease.job), {
      signal,
      giveUpMs: settings.giveUpMs,
      onFailure: (error) => options.log('warn', `job ${jobId}: could not get its identity tokens`, error),
    })
    if (answer.kind === 'unusable') throw new SecretsUnusable(answer.reason)
    if (answer.kind === 'withheld') {
      log.remark(answer.remark)
      return {}
    }
    this.#dueAt = now() + settings.idTokenMs
    const { secrets, tokens } = this.#masks
    this.#masks = { secrets, tokens: withNewer(tokens, [...answer.tokens.values()]) }
    await log.mask(secrets, this.#masks.tokens)
    return Object.fromEntries(answer.tokens)
  }

  /**
   * Replaces the tokens in a sandbox while its command runs. Returns a function that stops this.
   */
  keepNew(sandbox: Sandbox): () => void {
    const over = new AbortController()
    if (this.#masks.tokens.length > 0)
      void this.#replace(sandbox, AbortSignal.any([over.signal, this.#context.lease.signal]))
    return () => over.abort()
  }

  /** Never rejects. */
  async #replace(sandbox: Sandbox, signal: AbortSignal): Promise<void> {
    const { options, lease } = this.#context
    while (!signal.aborted) {
      try {
        await sleep(Math.max(0, this.#dueAt - now()), undefined, { signal })
        const tokens = await this.issue(signal)
        if (signal.aborted || Object.keys(tokens).length === 0) return
        await sandbox.replaceSecrets(tokens, this.memo)
      } catch (error) {
        if (signal.aborted) return
        options.log('warn', `job ${lease.job.jobId}: could not replace its identity tokens`, error)
        this.#dueAt = now() + retryMs
      }
    }
  }
}

const retryMs = 5_000

/** Returns the variables that name the files of tokens. */
export function tokenFiles(tokens: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(tokens).map((name) => [name, `/run/secrets/${name}`]))
}

/**
 * Returns the texts to mask once newer tokens are issued: whole tokens while they may be valid, and
 * only the signatures of older ones. So a step that runs for days does not mask megabytes.
 */
export function withNewer(known: readonly string[], newer: readonly string[]): readonly string[] {
  const expired = known.length - validSets * newer.length
  const kept = known.map((token, index) => (index < expired ? token.slice(token.lastIndexOf('.') + 1) : token))
  return [...kept, ...newer].slice(-mostMasked)
}
