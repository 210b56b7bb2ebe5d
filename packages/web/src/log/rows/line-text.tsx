import { Fragment, type ReactNode } from 'react'
import type { Piece } from '../terminal/pieces.ts'
import { cssOf } from '../terminal/style-css.ts'

interface LineTextProps {
  readonly pieces: readonly Piece[]
  /** Which of the line's hits the search stands at; null: none. */
  readonly nowHit: number | null
}

/** The text of a line, in its colours. */
export function LineText({ pieces, nowHit }: LineTextProps) {
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
