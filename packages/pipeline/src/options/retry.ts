import { type IrRetry, RETRY_REASONS } from '@harmont/ir'
import { type Duration, seconds } from '../duration.ts'
import { listOf, optionsOf, wholeNumberOf, wordOf, wrongUse } from '../wrong-use.ts'

export interface RetryConditions {
  /** Retries only after one of these exit codes; `"*"`: after any. */
  readonly exitCodes?: readonly number[] | '*'
  /** Retries only after one of these signals, such as `SIGKILL`. */
  readonly signals?: readonly string[]
  /** Retries only for one of these reasons. */
  readonly reasons?: readonly RetryReason[]
  /** The delay before a further attempt, at most an hour. */
  readonly delay?: Duration
}

export interface RetryOptions extends RetryConditions {
  /** The number of further attempts, 1 to 10. */
  readonly limit: number
}

/** Error codes of jobs: reasons for a failure other than the command's exit code. */
export type RetryReason = (typeof RETRY_REASONS)[number]

/**
 * Makes a policy for the option `retry`: up to `limit` further attempts. Without conditions, it
 * retries after any failure.
 */
export function retry(limit: number, conditions: RetryConditions = {}): RetryOptions {
  optionsOf('retry', conditions, ['exitCodes', 'signals', 'reasons', 'delay'])
  const policy = { limit, ...conditions }
  retryOf('retry', policy)
  return Object.freeze(policy)
}

/** Reads a policy, or its limit alone, into the form of the IR. */
export function retryOf(where: string, value: unknown): IrRetry {
  if (typeof value === 'number') return Object.freeze({ limit: wholeNumberOf(where, value, 1, 10) })
  const { limit, delay, exitCodes, signals, reasons } = optionsOf(where, value, [
    'limit',
    'delay',
    'exitCodes',
    'signals',
    'reasons',
  ])
  return Object.freeze({
    limit: wholeNumberOf(where, limit, 1, 10),
    ...(delay !== undefined && { delay_seconds: seconds(`${where}, delay`, delay, 3600) }),
    ...(exitCodes !== undefined && {
      exit_codes: exitCodes === '*' ? exitCodes : exitCodesOf(`${where}, exitCodes`, exitCodes),
    }),
    ...(signals !== undefined && { signals: listOf(`${where}, signals`, signals, signal(`${where}, signals`)) }),
    ...(reasons !== undefined && {
      reasons: listOf(`${where}, reasons`, reasons, (reason) => wordOf(`${where}, reasons`, reason, RETRY_REASONS)),
    }),
  })
}

/** Reads a list of exit codes, 0 to 255. */
export function exitCodesOf(where: string, value: unknown): readonly number[] {
  return listOf(where, value, (code) => wholeNumberOf(where, code, 0, 255))
}

function signal(where: string): (value: unknown) => string {
  return (value) => {
    if (typeof value === 'string' && /^SIG[A-Z0-9+-]{1,20}$/.test(value)) return value
    throw wrongUse(where, 'the name of a signal such as "SIGKILL"', value, 'Write it in full.')
  }
}
