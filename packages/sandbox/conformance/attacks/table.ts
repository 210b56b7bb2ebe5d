import { readFileSync } from 'node:fs'
import type { Abuse } from './abuse.ts'
import { abuses } from './abuses.ts'
import type { Attempt, Verdict } from './attempt.ts'
import { egressAttempts } from './attempts/network.ts'
import { attempts } from './attempts.ts'
import { linkAttempts } from './links.ts'

/** The page with the tables. */
export const page = new URL('../../../../docs/isolation.md', import.meta.url)

/** A table of the page, identified by the heading above it, with names in the first column. */
export interface Table {
  readonly heading: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The headings of the page's tables, and the names that each must contain. */
export const named: Readonly<Record<string, readonly string[]>> = {
  '## Attempts to escape': [...attempts, ...egressAttempts].map(({ name }) => name),
  '## Links left for the runner': linkAttempts.map(({ name }) => name),
  '## Abuses': abuses.map(({ name }) => name),
}

/** Returns the names in the first column of the table under a heading. */
export function namesUnder(heading: string, text: string): readonly string[] {
  const [, section = ''] = text.split(`${heading}\n`)
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(1).map((line) => (line.split(' | ')[0] ?? '').slice(2))
}

/** Returns the page with the table under its heading replaced. */
export function withTable(text: string, { heading, columns, rows }: Table): string {
  const lines = [columns, ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  lines.splice(1, 0, `|${'---|'.repeat(columns.length)}`)
  const [before = '', section = ''] = text.split(`${heading}\n`)
  const own = section.split('\n').filter((line) => !line.startsWith('|'))
  const next = own.findIndex((line) => line.startsWith('## '))
  const [prose, rest] = next === -1 ? [own, []] : [own.slice(0, next), own.slice(next)]
  const parts = [prose.join('\n').trim(), lines.join('\n')].filter((part) => part !== '')
  return `${before}${heading}\n\n${parts.join('\n\n')}\n${rest.length === 0 ? '' : `\n${rest.join('\n')}`}`
}

export const readPage = (): string => readFileSync(page, 'utf8')

export function attemptRow(
  { name, stoppedBy, remark }: Attempt,
  without: Verdict | undefined,
  crun: Verdict | undefined,
  runsc: Verdict | undefined,
): readonly string[] {
  const remarked = remark === undefined ? stoppedBy.join(', ') : `${stoppedBy.join(', ')} (${remark})`
  return [name, remarked, without ?? 'this kernel has none', crun ?? '', runsc ?? '']
}

/** The result of an abuse. */
export interface Abused {
  /** See `Suffered`. */
  readonly end: string
  /** A neighbour's run time, as a multiple of its run time alone. */
  readonly ratio: number
}

export function abuseRow(abuse: Abuse, crun: Abused, runsc: Abused): readonly string[] {
  const { name, stoppedBy, control } = abuse
  return [
    name,
    stoppedBy,
    control === undefined ? 'the same' : 'gets it all',
    endInWords(abuse, crun.end),
    `${crun.ratio.toFixed(1)}×`,
    endInWords(abuse, runsc.end),
    `${runsc.ratio.toFixed(1)}×`,
  ]
}

function endInWords({ end }: Abuse, seen: string): string {
  if (seen === 'memory' || seen === 'disk') return `killed: ${seen}`
  if (seen === 'done') return end === 'borne' ? 'borne' : 'gets it, counted as its memory'
  return seen
}
