import { inertText } from '../terminal/inert.ts'
import type { Output } from '../terminal/output.ts'
import type { Line } from '../terminal/span.ts'
import { span } from '../terminal/span.ts'
import { wrapLine } from '../terminal/text-width.ts'

/** A failed test in printable form. */
export interface ToldTest {
  readonly name: string
  readonly file: string | null
  readonly line: number | null
  readonly message: string | null
  readonly step: string | null
  /** Other facts about it: `new here`, `flaky: 3 of 10 forks passed`. */
  readonly notes?: readonly string[]
}

interface PrintedTest extends ToldTest {
  /** Where to look further: `failed in forks 1, 2, passed in 3: hm logs 41 unit/fork-1`. */
  readonly more?: string | null
}

export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Maximum lines of a message, enough for a difference of small values. */
const mostOfMessage = 12

/** Prints failed tests with their places and messages, then how many tests ran. */
export async function printFailedTests(
  output: Output,
  tests: readonly PrintedTest[],
  counts: TestCounts,
): Promise<void> {
  const { stdout } = output
  const width = stdout.isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY
  const print = async (line: Line) => {
    for (const [at, part] of brokenAt(line, width).entries())
      await output.print(at === 0 ? part : [span('  '), ...part])
  }
  const printBelow = async (text: string, style?: 'dim') => {
    for (const part of wrapLine([span(text, style)], width - 2)) await output.print([span('  '), ...part])
  }
  for (const { name, file, line, message, step, notes: known = [], more: where = null } of tests) {
    const place = file === null ? '' : `  ${file}${line === null ? '' : `:${line}`}`
    const notes = [...(step === null ? [] : [`step ${step}`]), ...known].join(', ')
    await print([
      span(oneLine(name), 'bold'),
      span(oneLine(place)),
      span(notes === '' ? '' : `  (${oneLine(notes)})`, 'dim'),
    ])
    const said = inertText(message ?? '')
      .trimEnd()
      .split('\n')
    for (const text of said.slice(0, mostOfMessage)) if (text.trim() !== '') await printBelow(text)
    if (said.length > mostOfMessage) await printBelow(`… ${said.length - mostOfMessage} more lines`, 'dim')
    if (where !== null) await printBelow(oneLine(where), 'dim')
    await output.print('')
  }
  const more = counts.failed - tests.length
  if (more > 0) await output.print(`and ${more} more failed ${more === 1 ? 'test' : 'tests'}`)
  await output.print(countSentence(counts))
}

/** Wraps a line that is too wide, leaving room for an indentation of two columns. */
function brokenAt(line: Line, width: number): readonly Line[] {
  const whole = wrapLine(line, width)
  return whole.length === 1 ? whole : wrapLine(line, width - 2)
}

function countSentence({ passed, failed, skipped }: TestCounts): string {
  const parts = [failed > 0 && `${failed} failed`, `${passed} passed`, skipped > 0 && `${skipped} skipped`]
  return parts.filter((part) => part !== false).join(', ')
}

function oneLine(text: string): string {
  return inertText(text).replaceAll(/\s*\n\s*/g, ' ')
}
