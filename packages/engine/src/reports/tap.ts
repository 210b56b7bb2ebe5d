import type { Cases } from './cases.ts'
import type { SourceFiles } from './source-files.ts'
import { isRed, type TestCase } from './test-report.ts'
import { longestText, messageText, placeIn } from './text.ts'

const point = /^((?: {4})*)(not )?ok(?: (\d+))?(?=\s|$)(?: -(?= |$))? ?(.*)$/
const plan = /^( *)1\.\.(\d{1,9})\b/
const version = /^TAP version \d+$/
const directive = /(?:^|\s)#\s*(skip|todo)\b\S*\s*(.*)$/i
const duration = /(?:^|\s)# time=([\d.]+)ms/
/** Matches a title of Check, which contains file, suite, name and message. */
const check = /^([^\s:]+\.\w+):([\w-]+):(\w+): (.*)$/
const bail = /^\s*Bail out!\s*(.*)$/

interface Point {
  readonly depth: number
  readonly isOk: boolean
  readonly title: string
  /** The preceding comment, which names the test for an assertion of tape. */
  readonly comment: string
  /** The lines up to the next point. */
  text: string
}

/** Returns whether a line occurs only in TAP. */
export function isTapLine(line: string): boolean {
  return version.test(line) || /^(?:not )?ok \d/.test(line) || plan.test(line) || bail.test(line)
}

/**
 * Reads the Test Anything Protocol with subtests and YAML blocks, as node:test, vitest, tape, mocha
 * and Perl write it. A test with subtests is represented by the subtests. Returns whether all tests
 * of the plan are present.
 */
export function readTap(lines: Iterable<string>, sources: SourceFiles, cases: Cases): boolean {
  const reader = new TapReportReader(sources, cases)
  for (const line of lines) reader.take(line)
  return reader.end()
}

class TapReportReader {
  readonly #sources: SourceFiles
  readonly #cases: Cases
  #point: Point | null = null
  /** Names of the enclosing tests, opened by comments and braces, outermost first. */
  #around: { readonly depth: number; readonly name: string; readonly point?: Point }[] = []
  /**
   * By depth: the number of points one level deeper since the last point at this depth, and the
   * number of failed ones.
   */
  #inside: { count: number; failed: number }[] = []
  /** Indentation of the YAML block that is being read. */
  #yaml: number | null = null
  #planned: number | null = null
  #count = 0
  #comment = ''
  #hasBailed = false

  constructor(sources: SourceFiles, cases: Cases) {
    this.#sources = sources
    this.#cases = cases
  }

  take(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line
    const space = text.length - text.trimStart().length
    if (this.#yaml !== null) {
      this.#append(text)
      if (text.trim() === '...' && space <= this.#yaml) this.#yaml = null
      return
    }
    const isYaml = this.#point !== null && text.trim() === '---'
    if (isYaml) this.#yaml = space
    if (isYaml || (!this.#isPoint(text) && !this.#isOther(text))) this.#append(text)
  }

  /** Returns whether all tests of the plan are present. */
  end(): boolean {
    this.#close()
    return this.#hasBailed || (this.#planned !== null && this.#count >= this.#planned)
  }

  #isPoint(text: string): boolean {
    const [, space, not, number, title = ''] = point.exec(text) ?? []
    // An indented line without a number is output of a test.
    if (space === undefined || (space !== '' && number === undefined)) return false
    const depth = space.length / 4
    this.#close()
    const isOpening = title.endsWith('{')
    const comment = depth === 0 && title !== '' && !/ok \d+ -/.test(text) ? this.#comment : ''
    const own: Point = {
      depth,
      isOk: not === undefined,
      title: isOpening ? title.slice(0, -1).trimEnd() : title,
      comment,
      text: '',
    }
    this.#around = this.#around.filter((outer) => outer.depth < depth)
    // vitest writes the subtests in braces after their test.
    if (isOpening) this.#around.push({ depth, name: titleOf(own.title), point: own })
    else this.#point = own
    if (depth === 0) this.#count += 1
    return true
  }

  #isOther(text: string): boolean {
    const [, space, name] = /^( *)# Subtest: (.*)$/.exec(text) ?? []
    const planned = plan.exec(text)
    const opening = this.#around.at(-1)
    if (name !== undefined && space !== undefined) {
      this.#close()
      const depth = Math.floor(space.length / 4)
      this.#around = [...this.#around.filter((outer) => outer.depth < depth), { depth, name }]
    } else if (planned !== null) {
      this.#close()
      if (planned[1] === '') this.#planned = Number(planned[2])
    } else if (bail.test(text)) this.#bail(bail.exec(text)?.[1] ?? '')
    else if (text === `${' '.repeat(4 * (opening?.depth ?? 0))}}` && opening?.point !== undefined) {
      this.#close()
      this.#around.pop()
      this.#point = opening.point
      this.#close()
    } else {
      if (/^# (?!Looks like )\S/.test(text)) this.#comment = text.slice(2)
      return version.test(text)
    }
    return true
  }

  #bail(why: string): void {
    this.#close()
    this.#hasBailed = true
    this.#cases.add({ suite: '', name: 'Bail out!', state: 'errored', ...(why !== '' && { message: why }) })
  }

  #append(text: string): void {
    if (this.#point !== null && this.#point.text.length < longestText) this.#point.text += `${text}\n`
  }

  #close(): void {
    this.#yaml = null
    const own = this.#point
    if (own === null) return
    this.#point = null
    const state = stateOf(own)
    const inside = this.#inside[own.depth + 1]
    this.#inside.length = Math.min(this.#inside.length, own.depth + 1)
    const level = this.#inside[own.depth] ?? { count: 0, failed: 0 }
    this.#inside[own.depth] = level
    level.count += 1
    if (state === 'failed') level.failed += 1
    const isHook = /^\s*failureType: 'hookFailed'$/m.test(own.text)
    const isTold = inside !== undefined && (state !== 'failed' || (inside.failed > 0 && !isHook))
    if (!isTold) this.#add(own, isHook ? 'errored' : state)
  }

  #add(own: Point, state: TestCase['state']): void {
    const [, printed = '', suite = '', name, told = ''] = check.exec(own.title) ?? []
    if (name !== undefined) {
      const file = this.#sources.find(printed)
      this.#cases.add({ suite, name, state, ...(state === 'passed' ? {} : { message: told }), ...(file && { file }) })
      return
    }
    const around = this.#around.filter(({ depth }) => depth < own.depth).map(({ name }) => name)
    const fields = yamlFields(own.text)
    const milliseconds = Number(duration.exec(own.title)?.[1] ?? fields.get('duration_ms') ?? Number.NaN)
    const reason = directive.exec(own.title)?.[2] ?? ''
    const said = state === 'skipped' ? reason.replace(/^-$/, '') : saidIn(fields)
    const hasFailed = isRed({ state })
    const detail = state === 'skipped' || fields.size > 0 ? '' : own.text.replaceAll(/^# {0,3}/gm, '')
    const message = state === 'passed' ? undefined : messageText(said, detail)
    const stack = [fields.get('stack') ?? '', fields.get('at') ?? '', fields.get('location') ?? '']
    this.#cases.add({
      suite: [...(own.comment === '' ? [] : [own.comment]), ...around].join(' > '),
      name: titleOf(own.title) || `#${this.#cases.list.length + 1}`,
      state,
      ...(milliseconds >= 0 && milliseconds < Number.MAX_SAFE_INTEGER && { durationMs: milliseconds }),
      ...(message !== undefined && { message }),
      ...(hasFailed && placeIn(fields.size > 0 ? stack.join('\n') : own.text, this.#sources, undefined)),
    })
  }
}

/** A test marked as todo may fail. */
function stateOf({ isOk, title }: Point): TestCase['state'] {
  if (directive.test(unescaped(title, '\u0000'))) return 'skipped'
  return isOk ? 'passed' : 'failed'
}

function titleOf(title: string): string {
  const own = unescaped(title, '\u0000')
    .replace(directive, '')
    .replace(/\s*# time=[\d.]+ms$/, '')
  return own.replaceAll('\u0000', '#').trim()
}

/** Returns a title without backslashes; `hash` replaces an escaped `#`. */
function unescaped(title: string, hash: string): string {
  return title.replace(/\\([#\\])/g, (_, sign: string) => (sign === '#' ? hash : sign))
}

function saidIn(fields: ReadonlyMap<string, string>): string {
  const said = fields.get('error') ?? fields.get('message')
  const [expected, actual] = [fields.get('expected'), fields.get('actual')]
  return said ?? (expected === undefined || actual === undefined ? '' : `expected ${expected}, got ${actual}`)
}

/** Returns the scalar fields of the YAML block below a point, at any depth. */
function yamlFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.trim() === '---')
  if (start === -1) return fields
  let block: { readonly name: string; readonly indent: number } | null = null
  for (const line of lines.slice(start + 1)) {
    const indent = line.length - line.trimStart().length
    if (block !== null && (indent > block.indent || line.trim() === '')) {
      fields.set(block.name, `${fields.get(block.name) ?? ''}${line.trim()}\n`)
      continue
    }
    block = null
    const [, name, value = ''] = /^ *(\w+):(?: +(.*))?$/.exec(line) ?? []
    if (name === undefined || fields.has(name)) continue
    if (/^[|>][-+]?$/.test(value)) block = { name, indent }
    else if (value !== '') fields.set(name, scalar(value))
  }
  return fields
}

function scalar(value: string): string {
  const [, quote, inner] = /^(['"])(.*)\1$/.exec(value) ?? []
  const text = quote === "'" ? (inner ?? '').replaceAll("''", "'") : (inner ?? value).replace(/\\(["\\])/g, '$1')
  return text.replaceAll(/\\x([\dA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
