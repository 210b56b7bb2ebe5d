import { inertText } from '../terminal/inert.ts'
import type { Output } from '../terminal/output.ts'
import { span } from '../terminal/span.ts'
import { pad, widthOf } from '../terminal/text-width.ts'
import type { Check } from './check.ts'

const styles = { ok: 'green', warning: 'yellow', failure: 'red' } as const
const nameWidth = 16
const indent = 2 + 'failure'.length + 2 + nameWidth + 2

/** Prints the checks of one area under its name. */
export async function showArea({ print, stdout }: Output, area: string, checks: readonly Check[]): Promise<void> {
  const width = Math.max(20, Math.min(stdout.columns(), 120) - indent)
  await print([span(area, 'bold')])
  for (const { status, name, found, fix } of checks) {
    const [first = '', ...rest] = wrapped(found, width)
    const word = span(pad(status, 'failure'.length), styles[status])
    await print([span('  '), word, span(`  ${pad(name, nameWidth)}  ${first}`.trimEnd())])
    for (const line of rest) await print(' '.repeat(indent) + line)
    const lines = fix === undefined ? [] : wrapped(`fix: ${fix}`, width)
    for (const line of lines) await print([span(' '.repeat(indent)), span(line, 'bold')])
  }
}

/** Summarises all checks. */
export function verdict(checks: readonly Check[]): string {
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length
  const parts = [counted(count('failure'), 'failure'), counted(count('warning'), 'warning')].filter(
    (part) => part !== '',
  )
  return parts.length === 0 ? `all ${checks.length} checks are ok` : `${parts.join(', ')}; ${count('ok')} ok`
}

function counted(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`
}

/**
 * Breaks text between words into lines of at most this many columns. A longer word stays whole on
 * its own line, so that it can be copied.
 */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of inertText(text).split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
