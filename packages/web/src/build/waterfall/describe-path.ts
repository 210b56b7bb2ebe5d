import { type PartKind, type PathPart, sharesOf, shareWords } from '@harmont/timeline'
import { formatDuration } from '../../text/duration.ts'

/** More parts are not readable at a glance. */
const mostNamed = 4

/**
 * Returns `4 m 12 s: 62% deps, 20% waiting for a runner`, the largest first; empty if nothing has
 * run. `nameOf` returns the name of a step.
 */
export function pathSentence(path: readonly PathPart[], nameOf: (step: string) => string): string {
  const shares = sharesOf(path)
  const totalMs = shares.reduce((sum, { ms }) => sum + ms, 0)
  if (totalMs === 0) return ''
  const percent = (ms: number) => `${Math.round((ms / totalMs) * 100)}%`
  const named = shares.filter(({ ms }) => ms >= totalMs / 100).slice(0, mostNamed)
  const restMs = totalMs - named.reduce((sum, { ms }) => sum + ms, 0)
  const parts = named.map((share) => `${percent(share.ms)} ${shareWords(share, nameOf)}`)
  const rest = restMs >= totalMs / 100 ? [`${percent(restMs)} other`] : []
  return `${formatDuration(totalMs)}: ${[...parts, ...rest].join(', ')}`
}

export interface Piece {
  readonly from: number
  /** Null for several short parts together. */
  readonly kind: PartKind | null
  readonly step: string | null
  readonly ms: number
}

/** The smallest visible part, as a share of the path. */
const seenFrom = 1 / 250

/**
 * Returns the pieces to draw for a path, which merge invisible parts: a chain of 10,000 steps has
 * far fewer pieces.
 */
export function piecesOf(path: readonly PathPart[]): readonly Piece[] {
  const parts = path.filter(({ kind }) => kind !== 'idle')
  const totalMs = parts.reduce((sum, { from, to }) => sum + to - from, 0)
  const pieces: Piece[] = []
  for (const { kind, attempt, from, to } of parts) {
    const ms = to - from
    const last = pieces.at(-1)
    if (ms >= totalMs * seenFrom) pieces.push({ from, kind, step: attempt?.step ?? null, ms })
    else if (last?.kind === null) pieces[pieces.length - 1] = { ...last, ms: last.ms + ms }
    else pieces.push({ from, kind: null, step: null, ms })
  }
  return pieces
}
