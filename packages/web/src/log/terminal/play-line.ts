import { type Token, tokens } from './escapes.ts'
import { hasSpecial, LineScreen } from './line-screen.ts'
import { applySgr, type Style } from './style.ts'

/** A part of a line with one style. */
interface Run {
  /** The index in the shown text at which it ends. */
  readonly end: number
  readonly style: Style
  /** The OSC 8 target: external text, which `links.ts` checks. */
  readonly href: string | null
}

/** A line as a terminal finally shows it (web L6). */
export interface PlayedLine {
  readonly text: string
  readonly runs: readonly Run[]
  /** The number of times the line was overwritten; usually 0. */
  readonly updates: number
  /**
   * The index of each shown UTF-16 unit in the text without escapes; null if every unit keeps its
   * index.
   */
  readonly sources: readonly number[] | null
}

/** After this many style changes in one line, the rest is plain (web L21). */
const mostRuns = 1000

/** Applies carriage returns, backspaces, tabs, cursor movements and erasures within the line. */
export function playLine(line: string, start: Style): PlayedLine {
  // The carriage return of a CRLF has no visible effect.
  const parts = tokens(line.endsWith('\r') ? line.slice(0, -1) : line)
  return parts.some(acts) ? playOnScreen(parts, start) : layOut(parts, start)
}

/** Returns the last `limit` states of a line, oldest first (web L6). */
export function statesOf(line: string, start: Style, limit: number): readonly string[] {
  const screen = new LineScreen(limit)
  feed(screen, tokens(line), start)
  return [...screen.states, screen.text]
}

function acts(token: Token): boolean {
  return token.kind === 'move' || (token.kind === 'text' && hasSpecial(token.text))
}

/** Lays out text without cursor movements. */
function layOut(parts: readonly Token[], start: Style): PlayedLine {
  const runs: Run[] = []
  let style = start
  let href: string | null = null
  let text = ''
  for (const token of parts) {
    if (token.kind === 'sgr') style = applySgr(style, token.parameters)
    else if (token.kind === 'link') href = token.url
    else if (token.kind === 'text') {
      text += token.text
      addRun(runs, { end: text.length, style, href })
    }
  }
  return { text, runs: bounded(runs, text.length, start), updates: 0, sources: null }
}

function playOnScreen(parts: readonly Token[], start: Style): PlayedLine {
  const screen = new LineScreen(0)
  feed(screen, parts, start)
  const runs: Run[] = []
  const sources: number[] = []
  let text = ''
  for (const cell of screen.cells) {
    text += cell.text
    for (let unit = 0; unit < cell.text.length; unit++) sources.push(cell.source)
    addRun(runs, { end: text.length, style: cell.style, href: cell.href })
  }
  return { text, runs: bounded(runs, text.length, start), updates: screen.updates, sources }
}

function feed(screen: LineScreen, parts: readonly Token[], start: Style): void {
  let style = start
  let href: string | null = null
  for (const token of parts) {
    if (token.kind === 'sgr') style = applySgr(style, token.parameters)
    else if (token.kind === 'link') href = token.url
    else if (token.kind === 'text') screen.write(token.text, style, href)
    else screen.move(token.final, token.count)
  }
}

function addRun(runs: Run[], run: Run): void {
  const last = runs.at(-1)
  if (last !== undefined && last.style === run.style && last.href === run.href) runs[runs.length - 1] = run
  else runs.push(run)
}

function bounded(runs: readonly Run[], end: number, style: Style): readonly Run[] {
  return runs.length <= mostRuns ? runs : [...runs.slice(0, mostRuns), { end, style, href: null }]
}
