import { SaxesParser, type SaxesTagPlain } from 'saxes'
import type { Cases } from './cases.ts'
import { type Faults, Unreadable } from './faults.ts'
import type { SourceFiles } from './source-files.ts'
import { isRed, type TestCase } from './test-report.ts'
import { longestText, messageText, placeIn } from './text.ts'

const deepest = 200
/** Errors that a parser of fragments reports for the beginning of a document. */
const beginning = /XML declaration must be at the start|expected one of standalone|inappropriately located doctype/
/** Lines of an output from the first place on. */
const mostOfOutput = 12
/** Words of CTest, Boost, doctest and nose2 in place of a message. */
const nothing = /^(?:failed|failure|exception|test failure|unexpected exception)?$/i
const states = { failure: 'failed', error: 'errored', skipped: 'skipped' } as const

interface Suite {
  readonly name: string
  readonly file: string | undefined
}

type Attributes = Readonly<Record<string, string>>

interface OpenCase {
  readonly attributes: Attributes
  state: TestCase['state']
  /** The `message` of the element that decides the state, and its text. */
  said: string
  detail: string
  /** What it printed. */
  output: string
}

/**
 * Reads JUnit XML as vitest, jest, mocha, node:test, pytest, nextest, Gradle and others write it.
 * Entities that the document declares are not expanded. Returns whether the document is complete.
 */
export function readJunit(pieces: Iterable<string>, sources: SourceFiles, cases: Cases, faults: Faults): boolean {
  // libtest writes a document for each of its programs into one file.
  const parser = new SaxesParser({ fragment: true, xmlns: false as const })
  const reader = new JunitReader(sources, cases)
  let isAtEnd = false
  let isCut = false
  parser.on('error', ({ message }) => {
    if (isAtEnd) isCut = true
    else if (!beginning.test(message)) faults.add(message)
  })
  parser.on('opentag', (tag) => reader.open(tag))
  parser.on('closetag', ({ name }) => reader.close(name))
  parser.on('text', (text) => reader.text(text))
  parser.on('cdata', (text) => reader.text(text))
  for (const piece of pieces) parser.write(piece)
  isAtEnd = true
  parser.close()
  reader.end()
  return !isCut
}

class JunitReader {
  readonly #sources: SourceFiles
  readonly #cases: Cases
  readonly #suites: Suite[] = []
  #depth = 0
  #case: OpenCase | null = null
  #isInDetail = false
  #isInOutput = false
  /** A test of pytest that failed, because its teardown may follow as another one. */
  #before: TestCase | null = null

  constructor(sources: SourceFiles, cases: Cases) {
    this.#sources = sources
    this.#cases = cases
  }

  open({ name, attributes }: SaxesTagPlain): void {
    if (++this.#depth > deepest) throw new Unreadable(`its elements are nested more than ${deepest} deep`)
    if (name === 'testsuite') this.#suites.push({ name: attributes.name ?? '', file: attributes.file })
    else if (name === 'testcase') this.#case = { attributes, state: 'passed', said: '', detail: '', output: '' }
    else if (isOutput(name)) this.#isInOutput = true
    else if (this.#case !== null && Object.hasOwn(states, name))
      this.#outcome(this.#case, states[name as keyof typeof states], attributes)
  }

  /** Takes an element that says how the test ended. A failure of a skipped test does not count. */
  #outcome(test: OpenCase, state: TestCase['state'], attributes: Attributes): void {
    this.#isInDetail = test.state === 'passed' || (state === 'skipped' && test.state !== 'skipped')
    if (!this.#isInDetail) return
    test.state = state
    const message = attributes.message ?? ''
    // Words of pytest and node:test that say nothing.
    test.said = message === 'collection failure' || message === 'true' ? '' : message
    test.detail = ''
  }

  text(text: string): void {
    if (this.#case === null) return
    if (this.#isInOutput && this.#case.output.length < longestText) this.#case.output += text.slice(0, longestText)
    else if (this.#isInDetail && this.#case.detail.length < longestText) this.#case.detail += text.slice(0, longestText)
  }

  close(name: string): void {
    this.#depth -= 1
    if (name === 'testsuite') this.#suites.pop()
    else if (name === 'testcase') this.#endCase()
    else if (isOutput(name)) this.#isInOutput = false
    else if (Object.hasOwn(states, name)) this.#isInDetail = false
  }

  /** Takes a test whose failure the end of the file cuts. */
  end(): void {
    if (this.#case?.state !== 'passed') this.#endCase()
  }

  #endCase(): void {
    const test = this.#case
    if (test === null) return
    this.#case = null
    const { attributes } = test
    const state = test.state === 'passed' && isLeftOut(attributes) ? 'skipped' : test.state
    const names = namesOf(attributes, this.#suites)
    const { said, detail } = this.#told(test)
    const message = state === 'passed' ? undefined : messageText(said, detail)
    const milliseconds = Number.parseFloat((attributes.time ?? '').replaceAll(',', '')) * 1000
    const found: TestCase = {
      ...names,
      state,
      ...(milliseconds >= 0 && milliseconds < Number.MAX_SAFE_INTEGER && { durationMs: rounded(milliseconds) }),
      ...(message !== undefined && { message }),
      ...this.#place({ ...test, said, detail }, names),
    }
    // pytest tells of a failed teardown as of another test.
    const { name, suite } = this.#before ?? {}
    if (said.startsWith('failed on teardown') && suite === found.suite && name === found.name) return
    this.#before = state === 'failed' ? found : null
    this.#cases.add(found)
  }

  /**
   * Returns a tool's text about a failure; without one, the output of the test. Boost and PHPUnit
   * write more than the failure there.
   */
  #told({ state, said, detail, output, attributes }: OpenCase): Pick<OpenCase, 'said' | 'detail'> {
    const says = nothing.test(said) ? '' : said
    const own = detail
      .replaceAll(/^- file *: (.+)\n- line *: (\d+)$/gm, '$1:$2')
      .replaceAll(/^- message: /gm, '')
      .replace(attributes.class === undefined ? '' : `${attributes.class}::${attributes.name}\n`, '')
    if (own.trim() !== '') return { said: says, detail: own }
    if (state === 'skipped' || says !== '' || output.trim() === '') return { said, detail: '' }
    const lines = output.split('\n')
    const start = lines.findIndex((line) => placeIn(line, this.#sources, undefined).file !== undefined)
    if (start === -1) return said === '' ? { said, detail: output } : { said, detail: '' }
    return { said: '', detail: lines.slice(start, start + mostOfOutput).join('\n') }
  }

  #place({ attributes, state, said, detail }: OpenCase, { suite }: Names): Pick<TestCase, 'file' | 'line'> {
    const innermost = this.#suites.at(-1)
    const printed = attributes.file ?? innermost?.file
    const named = printed === undefined ? undefined : this.#sources.find(printed)
    const file =
      named ?? this.#sources.ofClass(attributes.classname ?? '') ?? this.#sources.ofClass(innermost?.name ?? '')
    const hasFailed = isRed({ state })
    const near = (attributes.classname ?? suite).replaceAll('.', '/').split('/').slice(0, -1).join('/')
    const text = `${said}\n${detail}`
    // The file of a class is where its failures are looked for first.
    const isClass = named === undefined && this.#sources.find(attributes.classname ?? '') === undefined
    for (const wanted of hasFailed ? (isClass ? [file, undefined] : [named]) : []) {
      const place = placeIn(text, this.#sources, wanted, near)
      if (place.file !== undefined) return place
    }
    if (file === undefined) return {}
    // pytest counts lines from 0.
    const line = Number(attributes.line) + (innermost?.name === 'pytest' ? 1 : 0)
    return { file, ...(named !== undefined && Number.isSafeInteger(line) && line > 0 && { line }) }
  }
}

function isOutput(name: string): boolean {
  return name === 'system-out' || name === 'system-err'
}

/** GoogleTest and CTest list tests that did not run. */
function isLeftOut({ status }: Attributes): boolean {
  return status === 'notrun' || status === 'disabled'
}

type Names = Pick<TestCase, 'suite' | 'name'>

/**
 * Returns suite and name of a test. Most tools give the suite as `classname`. Others repeat the
 * name there, nest their suites, or, as node:test does, write the word `test`.
 */
function namesOf(attributes: Attributes, suites: readonly Suite[]): Names {
  const name = unquoted(attributes.name ?? '')
  const given = unquoted(attributes.classname ?? '')
  // PHPUnit puts suites of its own around those of the source.
  if (attributes.class !== undefined) return { suite: attributes.class, name }
  // nose2 takes the last point of any name for the end of a class.
  if (given.includes('(') && name.endsWith(')') && !given.includes(')')) return { suite: '', name: `${given}.${name}` }
  const around = suites.map((suite) => unquoted(suite.name)).filter((suite) => suite !== '' && suite !== '(empty)')
  if (around.length > 1) return { suite: around.join(' > '), name }
  const [only = ''] = around
  if (given !== '' && (name === given || name.endsWith(` ${given}`)) && only !== given)
    return { suite: only, name: name.startsWith(`${only} `) ? name.slice(only.length + 1) : name }
  if (given === 'test') return { suite: only, name }
  return { suite: attributes.classname === undefined ? only : given, name }
}

/** node:test escapes quotation marks twice. */
function unquoted(text: string): string {
  return text.replaceAll('&quot;', '"')
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
