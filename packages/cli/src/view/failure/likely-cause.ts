import { constants } from 'node:os'
import { lastLines } from '../fold.ts'
import type { Step } from '../run-model.ts'
import { failedTestLines, quotedLines } from './failure-excerpt.ts'
import { type Cause, hostCauses, logCauses } from './log-causes.ts'

type Ending = Pick<Step, 'state' | 'exitCode' | 'errorCode' | 'message' | 'tail' | 'found' | 'tests'>

/** Describes a step's end: its exit code with the corresponding signal, or another cause. */
export function endingText({ state, exitCode, errorCode }: Ending): string {
  if (state === 'timed_out') return 'timed out'
  if (isUnstarted(errorCode)) return 'not started'
  if (exitCode === null) return errorCode === null ? 'no exit code' : errorCode.replaceAll('_', ' ')
  // The command passed, but later work failed.
  if (exitCode === 0 && errorCode !== null) return errorCode.replaceAll('_', ' ')
  const signal = signalOf(exitCode)
  return signal === undefined ? `exit ${exitCode}` : `exit ${exitCode} (${signal})`
}

const unstarted: ReadonlySet<string> = new Set([
  ...['provision_failed', 'secret_missing', 'input_missing', 'secret_unusable', 'service_failed', 'service_timeout'],
  'split_failed',
])

/**
 * Whether this error occurred before the command could start. The message then explains it
 * completely.
 */
export function isUnstarted(errorCode: string | null): boolean {
  return errorCode !== null && unstarted.has(errorCode)
}

/**
 * Guesses the cause of a step's failure from its ending and the reports or last lines of its log;
 * null if they add nothing.
 */
export function likelyCause(ending: Ending): string | null {
  const { errorCode, exitCode, message } = ending
  // Only the message names the unavailable image or missing file, and the reason.
  if (
    message !== null &&
    (isUnstarted(errorCode) || errorCode === 'append_refused' || errorCode?.startsWith('artifact_') === true)
  )
    // The message about a service contains the last lines of its log.
    return message.replaceAll('\n', ' ')
  const byError = errorCode === null ? undefined : errorCauses[errorCode]
  if (byError !== undefined) return byError
  const text = (failedTestLines(ending) ?? quotedLines(ending.found) ?? lastLines(ending)).join('\n')
  const byExit = exitCode === null ? undefined : exitCauses[exitCode]
  return missingCommand(exitCode, text) ?? causeOf(logCauses, text) ?? byExit ?? message
}

/** Causes by `Job.error_code`. */
const errorCauses: Readonly<Record<string, string | undefined>> = {
  out_of_memory: 'it exceeded its memory limit: raise `resources` or use less',
  disk_limit: 'it exceeded its disk limit',
  step_timeout: 'it exceeded its timeout',
  pipeline_timeout: 'the build exceeded its timeout',
  provision_failed: 'its sandbox could not be created: the image is invalid, or its registry cannot be reached',
  snapshot_failed: 'the command passed, but its file system could not be saved',
  sandbox_lost: 'its sandbox was lost: the machine or the process that ran it went down',
  build_abandoned: 'the process that ran the build ended',
}

/** Causes by exit code, for logs without an evident cause. */
const exitCauses: Readonly<Record<number, string | undefined>> = {
  124: 'timeout(1) killed a command',
  126: 'a command is not executable: it lacks chmod +x, or is a directory',
  127: 'a command was not found: not in this image, or not in its PATH',
  130: 'it was interrupted (SIGINT)',
  132: 'an illegal instruction: the program was built for another CPU',
  134: 'it aborted (SIGABRT), as after a failed assertion',
  135: 'a bus error (SIGBUS): a truncated mapped file, or a full /dev/shm',
  136: 'an arithmetic error (SIGFPE), such as a division by zero',
  137: 'it was killed (SIGKILL), usually because memory ran out',
  139: 'it crashed (SIGSEGV)',
  141: 'it wrote to a closed pipe (SIGPIPE)',
  143: 'it was terminated (SIGTERM)',
}

/**
 * Finds the missing command if the step ended with 127, or if make, which ends with 2, reports one.
 */
function missingCommand(exitCode: number | null, text: string): string | undefined {
  if (exitCode !== 127 && !/^g?make(?:\[\d+\])?: \*\*\* .{1,300} Error 127$/m.test(text)) return undefined
  const found =
    /(?:^|[:\s])([\w./+@-]{1,80}): (?:command )?not found/m.exec(text) ??
    /^g?make(?:\[\d+\])?: ([\w./+@-]{1,80}): No such file or directory$/m.exec(text)
  if (found === null) return undefined
  const missing = `the command ${found[1]} was not found: not in this image, or not in its PATH`
  return causeOf(hostCauses, text.slice(0, found.index)) ?? missing
}

function causeOf(causes: readonly Cause[], text: string): string | undefined {
  for (const [pattern, cause] of causes) {
    const match = pattern.exec(text)
    if (match !== null) return cause.replace('$1', () => match.slice(1).find((group) => group !== undefined) ?? '')
  }
  return undefined
}

function signalOf(exitCode: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0]
}
