import { duration } from './amounts.ts'
import { inert, inertText } from './inert.ts'
import type { Output } from './output.ts'
import { plainOf, span } from './span.ts'
import { pad, widthOf, wrapLine } from './text-width.ts'

/** Minimum width of a column of sentences; narrower ones are hard to read. */
const narrowest = 24
const indent = '  '

/**
 * Prints rows under their headings on stdout, each column as wide as its widest cell, or nothing
 * without rows. Keeps lines within a terminal's width.
 */
export async function printTable(
  { print, stdout }: Output,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  if (rows.length === 0) return
  const cells = [headings, ...rows].map((row) => row.map((cell) => inert(cell.replaceAll(/\s+/g, ' '))))
  for (const line of tableLines(cells, stdout.isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY))
    await print(line)
}

/**
 * The first row contains the headings. Breaks a last column that is too wide at blanks. Puts
 * columns that do not fit below their row.
 */
export function tableLines([headings = [], ...rows]: readonly (readonly string[])[], width: number): string[] {
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...rows.map((row) => row[column] ?? '')].map(widthOf)),
  )
  const startOf = (column: number) => widths.slice(0, column).reduce((sum, each) => sum + each + 2, 0)
  const last = headings.length - 1
  const isLastBroken = startOf(last) + narrowest <= width
  const fitting = headings.filter((_, column) => startOf(column) + (widths[column] ?? 0) <= width).length
  const beside = isLastBroken ? headings.length : Math.max(1, fitting)
  return [headings, ...rows].flatMap((row, index) => {
    const cells = row.slice(0, beside)
    const broken = isLastBroken ? wrap(cells.pop() ?? '', width - startOf(last)) : []
    const line = [...cells.map((cell, column) => pad(cell, widths[column] ?? 0)), ...broken.slice(0, 1)].join('  ')
    const below = row
      .slice(beside)
      .flatMap((cell, column) => (cell === '' ? [] : `${(headings[beside + column] ?? '').toLowerCase()}: ${cell}`))
      .join('  ')
    return [
      line.trimEnd(),
      ...broken.slice(1).map((part) => ' '.repeat(startOf(last)) + part),
      ...(index === 0 || below === '' ? [] : wrap(below, width - indent.length).map((part) => indent + part)),
    ]
  })
}

function wrap(text: string, width: number): string[] {
  return wrapLine([span(text)], width).map(plainOf)
}

/**
 * Prints names and values, one pair per line, and skips pairs without a value. On a terminal, wraps
 * long values within their column.
 */
export async function printFacts(
  { print, stdout }: Output,
  facts: readonly (readonly [name: string, value: string | null | undefined])[],
): Promise<void> {
  const shown = facts.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(0, ...shown.map(([name]) => name.length)) + 2
  const room = stdout.isTerminal ? Math.max(narrowest, stdout.columns() - width) : Number.POSITIVE_INFINITY
  for (const [name, value] of shown) {
    const lines = inertText(value ?? '')
      .split('\n')
      .flatMap((line) => wrap(line, room))
    for (const [index, line] of lines.entries())
      await print(`${(index === 0 ? name : '').padEnd(width)}${line}`.trimEnd())
  }
}

/** `2026-11-26 08:10`, UTC. */
export function minute(instant: string | null | undefined): string {
  return instant === null || instant === undefined ? '' : instant.slice(0, 16).replace('T', ' ')
}

/** Formats the time between two instants. */
export function timeBetween(from: string | null | undefined, to: string | null | undefined): string {
  return from && to ? duration(Math.max(0, Date.parse(to) - Date.parse(from))) : ''
}
