import { widthOf } from '../terminal/text-width.ts'

/**
 * The drawing on the terminal: styled lines, and the width for which they were drawn. The cursor is
 * at the start of the line after the last one.
 */
export interface Drawn {
  readonly lines: readonly DrawnLine[]
  readonly columns: number
}

interface DrawnLine {
  /** The line with escape sequences. */
  readonly text: string
  readonly width: number
}

export interface Screen {
  readonly columns: number
  readonly rows: number
  /** Whether the terminal reflows lines when it becomes narrower. */
  readonly reflows: boolean
}

export const nothingDrawn: Drawn = { lines: [], columns: 0 }

const csi = '\x1b['
const hideCursor = `${csi}?25l`
export const showCursor = `${csi}?25h`
// Terminals with synchronized output show the change at once; others ignore the sequence. Without
// wrapping, a wrong width cannot add a line.
const begin = `${csi}?2026h${hideCursor}${csi}?7l`
const finish = `${csi}?7h${csi}?2026l`
const wrapped = (text: string) => `${csi}?7h${text}${csi}?7l`
const eraseLineEnd = `${csi}K`
const eraseBelow = `${csi}J`

export function drawnLine(text: string, plain: string): DrawnLine {
  return { text, width: widthOf(plain) }
}

/**
 * Returns the output that converts one frame into the next, below text that stays. Rewrites only
 * changed lines, without erasing first, to avoid flicker.
 */
export function transition(before: Drawn, after: readonly DrawnLine[], above: string, screen: Screen): string {
  const height = heightNow(before, screen)
  const moved = before.columns === screen.columns && above === ''
  if (moved && sameLines(before.lines, after)) return ''
  const up = height === 0 ? '' : `${csi}${height}A`
  if (!moved) {
    const frame = after.map(({ text }) => `${text}\r\n`).join('')
    return `${begin}${up}\r${eraseBelow}${wrapped(above)}${frame}${finish}`
  }
  const lines = after.map(({ text, width }, index) => {
    if (text === before.lines[index]?.text) return '\r\n'
    // After a full line the cursor stays on its last character, which an erase would remove.
    return `${text}${width < screen.columns ? eraseLineEnd : ''}\r\n`
  })
  return `${begin}${up}\r${lines.join('')}${after.length < before.lines.length ? eraseBelow : ''}${finish}`
}

/**
 * Returns the current number of lines of the frame, because a narrower terminal may have broken its
 * lines.
 */
function heightNow({ lines, columns }: Drawn, screen: Screen): number {
  if (columns <= screen.columns || !screen.reflows) return Math.min(lines.length, screen.rows - 1)
  const height = lines.reduce((sum, { width }) => sum + Math.max(1, Math.ceil(width / screen.columns)), 0)
  return Math.min(height, screen.rows - 1)
}

function sameLines(before: readonly DrawnLine[], after: readonly DrawnLine[]): boolean {
  return before.length === after.length && before.every(({ text }, index) => text === after[index]?.text)
}

/**
 * Whether the terminal reflows lines at another width. Recognizes terminals without reflow if the
 * environment names them.
 */
export function reflows(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.TMUX !== undefined) return true
  return env.XTERM_VERSION === undefined && env.TERM !== 'linux' && !/^(screen|vt\d)/.test(env.TERM ?? '')
}
