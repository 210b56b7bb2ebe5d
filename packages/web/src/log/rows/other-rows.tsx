import { ChevronDown, ChevronRight } from 'lucide-react'
import { memo } from 'react'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { formatBytes } from '../../text/bytes.ts'
import { counted, thousands } from '../../text/count.ts'
import { formatDuration } from '../../text/duration.ts'
import { showInvisible } from '../../text/escape.ts'
import type { Group, Remark } from '../data/facts.ts'
import type { LogLine } from '../terminal/lines.ts'
import { type LineLook, LineNumber, LineTime } from './line-row.tsx'

interface GroupRowProps {
  readonly number: number
  readonly line: LogLine | undefined
  readonly look: LineLook
  readonly group: Group
  readonly last: number
  readonly isFolded: boolean
  /** Its duration in milliseconds; null if unknown. */
  readonly tookMs: number | null
  readonly isMarked: boolean
}

/** Shows the title of a group, which folds and unfolds it (web L9). */
export const GroupRow = memo(function GroupRow(props: GroupRowProps) {
  const { number, line, look, group, last, isFolded, tookMs, isMarked } = props
  const lines = last - number
  return (
    <div className={`log-row log-head${isMarked ? ' log-marked' : ''}`} data-line={number}>
      <LineNumber number={number} />
      <LineTime line={line} look={look} />
      <span className="log-stream" />
      <button
        type="button"
        className={`log-fold${group.kind === 'dim' ? ' log-dim' : ' log-title'}`}
        data-fold={number}
        data-text={number}
        aria-expanded={!isFolded}
      >
        {isFolded ? <ChevronRight size={14} aria-hidden="true" /> : <ChevronDown size={14} aria-hidden="true" />}
        <IsolatedText text={group.title} />
      </button>
      <span className="log-note">
        {counted(lines, 'line')}
        {tookMs !== null && ` · ${formatDuration(tookMs)}`}
      </span>
      {group.failed && isFolded && <span className="log-note log-failed">contains an error</span>}
    </div>
  )
})

/** Shows a remark of the server between two lines (web L22). */
export const RemarkRow = memo(function RemarkRow({ remark }: { readonly remark: Remark }) {
  const isLoud = remark.kind !== 'note' && remark.kind !== 'setup'
  return (
    <div className="log-row">
      <span className="log-number" />
      <span className="log-stream" />
      <span className={`log-text log-remark${isLoud ? ' log-loud' : ''}`}>
        {showInvisible(remark.message)}
        {howMuch(remark)}
      </span>
    </div>
  )
})

/** Folds the set-up remarks into one row. */
export function SetupRow({ count, isOpen }: { readonly count: number; readonly isOpen: boolean }) {
  return (
    <div className="log-row log-head">
      <span className="log-number" />
      <span className="log-stream" />
      <button type="button" className="log-fold log-dim" data-setup="" aria-expanded={isOpen}>
        {isOpen ? <ChevronDown size={14} aria-hidden="true" /> : <ChevronRight size={14} aria-hidden="true" />}
        Setup, {counted(count, 'remark')}
      </button>
    </div>
  )
}

function howMuch({ message, bytes, lines }: Remark): string {
  const parts = [
    lines === null ? '' : `${thousands(lines)} lines`,
    bytes === null || message.includes(String(bytes)) ? '' : formatBytes(bytes),
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}
