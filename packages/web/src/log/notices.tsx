import { ArrowDown } from 'lucide-react'
import { problemOf } from '../api/problem.ts'
import { Button } from '../design/button.tsx'
import { counted, thousands } from '../text/count.ts'
import type { LogFacts } from './data/facts.ts'
import type { LineRange } from './data/permalink.ts'

interface NoticesProps {
  readonly facts: LogFacts
  readonly marked: LineRange | null
  /** Why lines could not be read; null if no read has failed. */
  readonly problem: unknown
  /** The number of lines searched for stderr; null while the filter is off. */
  readonly stderrLooked: number | null
  readonly onAll: () => void
}

/** Shows notices about the log, one line each. */
export function Notices({ facts, marked, problem, stderrLooked, onAll }: NoticesProps) {
  const { totalLines, isComplete } = facts
  const lines = thousands(totalLines)
  return (
    <>
      {marked !== null && marked.from > totalLines && totalLines > 0 && (
        <Notice>
          {isComplete
            ? `Line ${thousands(marked.from)} does not exist: the log has ${lines}.`
            : `Line ${thousands(marked.from)} is not written yet: the log has ${lines} so far. It is shown when it arrives.`}
        </Notice>
      )}
      {problem !== null && <Notice>Could not load lines: {problemOf(problem).message} Retrying.</Notice>}
      {stderrLooked !== null && (
        <Notice>
          Only stderr
          {stderrLooked < totalLines && `, searched ${thousands(stderrLooked)} of ${lines} lines`}.
          <Button look="quiet" className="ml-2" onClick={onAll}>
            Show all lines
          </Button>
        </Notice>
      )}
    </>
  )
}

function Notice({ children }: { readonly children: React.ReactNode }) {
  return (
    <p role="status" className="flex items-center border-b border-hairline bg-sunk px-3 py-1 text-13">
      {children}
    </p>
  )
}

interface EmptyLogProps {
  readonly isComplete: boolean
  readonly exitCode: number | null | undefined
  readonly hasStarted: boolean
}

/** Explains an empty log (web L24). */
export function EmptyLog({ isComplete, exitCode, hasStarted }: EmptyLogProps) {
  return <p className="px-4 py-6 text-muted">{sentenceOf({ isComplete, exitCode, hasStarted })}</p>
}

function sentenceOf({ isComplete, exitCode, hasStarted }: EmptyLogProps): string {
  if (!hasStarted)
    return isComplete ? 'This step did not run: there is no log.' : 'This step has not started. Its log appears here.'
  if (!isComplete) return 'The command has not written anything yet.'
  return exitCode === null || exitCode === undefined
    ? 'The command wrote nothing.'
    : `The command wrote nothing and ended with exit code ${exitCode}.`
}

/** Counts the lines that arrived while the end was out of view (web L14). */
export function NewLines({ count, onGo }: { readonly count: number; readonly onGo: () => void }) {
  if (count === 0) return null
  return (
    <button
      type="button"
      onClick={onGo}
      className="absolute bottom-4 left-1/2 inline-flex min-h-8 -translate-x-1/2 items-center gap-1 rounded-full border border-edge bg-raised px-3 text-13 font-semibold shadow-overlay pointer-coarse:min-h-11"
    >
      {counted(count, 'new line')}
      <ArrowDown size={14} aria-hidden="true" />
    </button>
  )
}
