import { isWait, type PartKind, type PathPart, shareWords } from '@harmont/timeline'
import { toneFills } from '../../design/state-mark.tsx'
import { formatDuration } from '../../text/duration.ts'
import { showInvisible } from '../../text/escape.ts'
import { piecesOf } from './describe-path.ts'

interface PathStripProps {
  readonly path: readonly PathPart[]
  readonly nameOf: (step: string) => string
  /** The same information in words. */
  readonly sentence: string
}

/** The smallest part with room for its name, in percent. */
const namedFrom = 10

/** Draws the critical path as one bar: commands solid, waits outlined, the rest hatched. */
export function PathStrip({ path, nameOf, sentence }: PathStripProps) {
  const pieces = piecesOf(path)
  const totalMs = pieces.reduce((sum, { ms }) => sum + ms, 0)
  return (
    <div role="img" aria-label={sentence} className="flex h-5 w-full gap-px overflow-hidden">
      {pieces.map(({ from, kind, step, ms }) => {
        const percent = (ms / totalMs) * 100
        const words = kind === null ? 'short parts' : showInvisible(shareWords({ kind, step }, nameOf))
        return (
          <span
            key={from}
            title={`${words}: ${formatDuration(ms)}`}
            className={`min-w-0 shrink grow-0 truncate text-12 leading-5 ${percent < namedFrom ? '' : 'px-1'} ${lookOfPiece(kind)}`}
            style={{ flexBasis: `${percent}%` }}
          >
            {percent >= namedFrom && (kind === 'command' || kind === 'failed') && words}
          </span>
        )
      })}
    </div>
  )
}

function lookOfPiece(kind: PartKind | null): string {
  if (kind === 'command' || kind === 'render') return 'bg-text text-ground'
  if (kind === 'failed') return `${toneFills.fail} text-ground`
  return kind !== null && isWait(kind) ? 'border border-edge' : 'hatched border border-edge'
}
