import { constants } from 'node:os'
import type { Job, JobErrorCode, Outcome } from './model.ts'

type Exited = Extract<Outcome, { readonly kind: 'exited' }>

/** The end of a command as its job records it. */
export interface Exit {
  readonly passed: boolean
  readonly fields: Pick<Job, 'exitCode' | 'errorCode' | 'errorMessage' | 'snapshot' | 'serviceSnapshots'>
  readonly signal: string | null
}

/** The outcome of a command whose end is unknown. */
export const vanished: Exited = { kind: 'exited', exitCode: null, signal: null, limit: null, snapshot: null }

/** Returns whether the end of the command is unknown because its sandbox vanished. */
export function isVanished(outcome: Exited): boolean {
  return outcome.exitCode === null && outcome.signal === null && outcome.limit === null
}

/**
 * Reads the end of a command: exit code, signal as 128 plus its number, limits, and whether its
 * file system was kept.
 */
export function readExit(outcome: Exited): Exit {
  const { signal, snapshot, serviceSnapshots = {} } = outcome
  const exitCode = signal === null ? outcome.exitCode : (signalExitCode(signal) ?? outcome.exitCode)
  const exit = (passed: boolean, errorCode: JobErrorCode | null, errorMessage: string | null): Exit => ({
    passed,
    fields: { exitCode, errorCode, errorMessage, snapshot, serviceSnapshots },
    signal,
  })
  if (outcome.limit === 'memory') return exit(false, 'out_of_memory', 'The step exceeded its memory limit.')
  if (outcome.limit === 'disk') return exit(false, 'disk_limit', 'The step exceeded its disk limit.')
  const { blame } = outcome
  if (signal !== null)
    return exit(false, null, [`The command was killed by ${signal}.`, blame].filter(Boolean).join(' '))
  if (exitCode !== 0) return exit(false, null, blame ?? null)
  if (outcome.snapshotError !== undefined) return exit(false, 'snapshot_failed', outcome.snapshotError)
  if (outcome.serviceError !== undefined) return exit(false, 'service_unclean', outcome.serviceError)
  const { artifactError } = outcome
  if (artifactError !== undefined) return exit(false, artifactError.code, artifactError.message)
  return exit(true, null, null)
}

function signalExitCode(signal: string): number | undefined {
  const numbers: Readonly<Record<string, number | undefined>> = constants.signals
  const number = numbers[signal]
  return number === undefined ? undefined : 128 + number
}
