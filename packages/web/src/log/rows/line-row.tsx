import { Fragment, memo, type ReactNode } from 'react'
import { formatBytes } from '../../text/bytes.ts'
import { counted } from '../../text/count.ts'
import { formatLineTime, type TimeMode } from '../terminal/line-times.ts'
import type { LogLine } from '../terminal/lines.ts'
import type { SourceOfLinks } from '../terminal/links.ts'
import { type HitRange, type Piece, piecesOf } from '../terminal/pieces.ts'
import { playLine, statesOf } from '../terminal/play-line.ts'
import { cssOf } from '../terminal/style-css.ts'

/** The look of all lines. The object stays the same while nothing changes. */
export interface LineLook {
  readonly times: TimeMode
  readonly t0: string | null
  readonly source: SourceOfLinks | null
  /** The address of the whole log. */
  readonly download: string
}

interface LineRowProps {
  readonly number: number
  /** Undefined while it loads. */
  readonly line: LogLine | undefined
  readonly look: LineLook
  readonly isMarked: boolean
  readonly isError: boolean
  readonly hits: readonly HitRange[] | undefined
  readonly nowHit: number | null
  /** Whether its last states are shown below it. */
  readonly isOpen: boolean
}

const shownStates = 50
/** Characters of a line that the server returns at first. */
const shownCharacters = 4000

/** Shows a line with its number. */
export const LineRow = memo(function LineRow(props: LineRowProps) {
  const { number, line, look, isOpen } = props
  return (
    <div className={classOf(props)} data-line={number}>
      <LineNumber number={number} />
      <LineTime line={line} look={look} />
      <span className="log-stream">{line?.isStderr === true && <span className="sr-only">stderr</span>}</span>
      {line !== undefined && <Content {...props} line={line} />}
      {isOpen && line !== undefined && (
        <ol className="log-states">
          {statesOf(line.text, line.style, shownStates).map((state, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: states are identified by their order and never change
            <li key={at}>{state}</li>
          ))}
        </ol>
      )}
    </div>
  )
})

function Content({ number, line, look, hits, nowHit, isOpen }: LineRowProps & { readonly line: LogLine }) {
  const played = playLine(line.text, line.style)
  return (
    <>
      <span className="log-text" data-text={number}>
        <LineText pieces={piecesOf(played, look.source, hits)} nowHit={nowHit} />
      </span>
      {played.updates > 0 && (
        <button type="button" className="log-note" data-updates={number} aria-expanded={isOpen}>
          {counted(played.updates, 'update')}
        </button>
      )}
      {line.isInvalid && (
        <span className="log-note" title="This line is not valid UTF-8. The raw log has the original bytes.">
          not UTF-8
        </span>
      )}
      {line.cutBytes !== null && <CutNote number={number} line={line} bytes={line.cutBytes} look={look} />}
    </>
  )
}

/**
 * Shows the size of a line's hidden part. Opens some of the line first, then links the whole log
 * (web L17).
 */
function CutNote({
  number,
  line,
  bytes,
  look,
}: {
  readonly number: number
  readonly line: LogLine
  readonly bytes: number
  readonly look: LineLook
}) {
  const rest = `${formatBytes(Math.max(0, bytes - new TextEncoder().encode(line.text).length))} more`
  return line.text.length > shownCharacters ? (
    <a className="log-note" href={look.download}>
      {rest}: download
    </a>
  ) : (
    <button type="button" className="log-note" data-more={number}>
      {rest}
    </button>
  )
}

/** Links the number of a line to the line. */
export function LineNumber({ number }: { readonly number: number }) {
  return (
    <a className="log-number" href={`#L${number}`} data-number={number} tabIndex={-1} aria-label={`Line ${number}`}>
      {number}
    </a>
  )
}

/** Shows when a line was written, if times are on. */
export function LineTime({ line, look }: { readonly line: LogLine | undefined; readonly look: LineLook }) {
  if (look.times === 'off') return null
  return <span className="log-time">{formatLineTime(line?.ms ?? null, look.t0, look.times).padStart(13)}</span>
}

function classOf({ line, isMarked, isError, isOpen }: LineRowProps): string {
  const more = [
    isError ? ' log-error' : '',
    isMarked ? ' log-marked' : '',
    line?.isStderr === true ? ' log-stderr' : '',
    isOpen ? ' log-tall' : '',
  ]
  return `log-row${more.join('')}`
}

interface LineTextProps {
  readonly pieces: readonly Piece[]
  /** The index of the current hit in this line; null if it has none. */
  readonly nowHit: number | null
}

/** Shows the text of a line in its colours. */
function LineText({ pieces, nowHit }: LineTextProps) {
  return pieces.map((piece) => <Fragment key={piece.at}>{drawn(piece, nowHit)}</Fragment>)
}

function drawn({ text, style, link, hit }: Piece, nowHit: number | null): ReactNode {
  const css = cssOf(style)
  const marked = hit === null ? text : <mark className={hit === nowHit ? 'log-now' : undefined}>{text}</mark>
  if (link !== null)
    return (
      <a
        href={link.href}
        target="_blank"
        rel="noopener noreferrer"
        title={link.href}
        data-host={link.host ?? undefined}
        style={css}
      >
        {marked}
      </a>
    )
  return css === undefined ? marked : <span style={css}>{marked}</span>
}
