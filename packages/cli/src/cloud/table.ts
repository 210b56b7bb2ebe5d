import type { Output } from '../command.ts'
import { inert, inertText } from '../text/inert.ts'
import { duration } from '../view/amounts.ts'
import { pad, widthOf } from '../view/text-width.ts'

/** Rows under their headings on stdout, columns as wide as their widest cell; nothing at all without rows. */
export async function printTable(
  { print }: Output,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  if (rows.length === 0) return
  const cells = [headings, ...rows].map((row) => row.map((cell) => inert(cell.replaceAll(/\s+/g, ' '))))
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))))
  for (const row of cells)
    await print(
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

/** Names and values, one pair a line; those without a value are left out. */
export async function printFacts(
  { print }: Output,
  facts: readonly (readonly [name: string, value: string | null | undefined])[],
): Promise<void> {
  const shown = facts.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(0, ...shown.map(([name]) => name.length))
  for (const [name, value] of shown) await print(`${name.padEnd(width)}  ${inertText(value ?? '')}`)
}

/** `2026-11-26 08:10`, UTC. */
export function minute(instant: string | null | undefined): string {
  return instant === null || instant === undefined ? '' : instant.slice(0, 16).replace('T', ' ')
}

/** From one instant to another. */
export function timeBetween(from: string | null | undefined, to: string | null | undefined): string {
  return from && to ? duration(Math.max(0, Date.parse(to) - Date.parse(from))) : ''
}
