import { SaxesParser, type SaxesTagPlain } from 'saxes'
import type { Cases } from './cases.ts'
import { type Faults, Unreadable } from './faults.ts'
import type { SourceFiles } from './source-files.ts'
import { isRed, type TestCase } from './test-report.ts'
import { longestText, messageText, placeIn } from './text.ts'

const deepest = 200
/** Errors at the beginning of a document that the parser reports because it parses fragments. */
const beginning = /XML declaration must be at the start|expected one of standalone|inappropriately located doctype/
/** Maximum number of lines of output, starting with the first source location. */
const mostOfOutput = 12
/** Placeholders that CTest, Boost, doctest and nose2 write instead of a message. */
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
  /** The `message` of the element that determines the state, and the element's text. */
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
  // libtest writes one document per program into a single file.
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
  /** The last failed test of pytest, because its teardown may follow as another test. */
  #before: TestCase | null = null

  constructor(sources: SourceFiles, cases: Cases) {
    this.#sources = sources
    this.#cases = cases
  }

  open({ name, attributes }: SaxesTagPlain): void {
    if (++this.#depth > deepest) throw new Unreadable(`its elements are nested more than ${deepest} levels deep`)
    if (name === 'testsuite') this.#suites.push({ name: attributes.name ?? '', file: attributes.file })
    else if (name === 'testcase') this.#case = { attributes, state: 'passed', said: '', detail: '', output: '' }
    else if (isOutput(name)) this.#isInOutput = true
    else if (this.#case !== null && Object.hasOwn(states, name))
      this.#outcome(this.#case, states[name as keyof typeof states], attributes)
  }

  /**
   * Handles an element that determines the result of the test. Ignores a failure of a skipped test.
   */
  #outcome(test: OpenCase, state: TestCase['state'], attributes: Attributes): void {
    this.#isInDetail = test.state === 'passed' || (state === 'skipped' && test.state !== 'skipped')
    if (!this.#isInDetail) return
    test.state = state
    const message = attributes.message ?? ''
    // Ignores messages of pytest and node:test without information.
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

  /** Adds a test whose failure is cut off by the end of the file. */
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
    // pytest reports a failed teardown as another test.
    const { name, suite } = this.#before ?? {}
    if (said.startsWith('failed on teardown') && suite === found.suite && name === found.name) return
    this.#before = state === 'failed' ? found : null
    this.#cases.add(found)
  }

  /**
   * Returns a tool's text about a failure or, without one, the output of the test. Removes text
   * besides the failure that Boost and PHPUnit write there.
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
    // Failures are searched first in the file of the class.
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

/** Returns whether a listed test did not run, as reported by GoogleTest and CTest. */
function isLeftOut({ status }: Attributes): boolean {
  return status === 'notrun' || status === 'disabled'
}

type Names = Pick<TestCase, 'suite' | 'name'>

/**
 * Returns the suite and the name of a test. Most tools write the suite as `classname`. Others
 * repeat the name there, nest their suites, or write the word `test` like node:test.
 */
function namesOf(attributes: Attributes, suites: readonly Suite[]): Names {
  const name = unquoted(attributes.name ?? '')
  const given = unquoted(attributes.classname ?? '')
  // PHPUnit wraps the suites of the source in its own.
  if (attributes.class !== undefined) return { suite: attributes.class, name }
  // nose2 treats the last period of any name as the end of a class.
  if (given.includes('(') && name.endsWith(')') && !given.includes(')')) return { suite: '', name: `${given}.${name}` }
  const around = suites.map((suite) => unquoted(suite.name)).filter((suite) => suite !== '' && suite !== '(empty)')
  if (around.length > 1) return { suite: around.join(' > '), name }
  const [only = ''] = around
  if (given !== '' && (name === given || name.endsWith(` ${given}`)) && only !== given)
    return { suite: only, name: name.startsWith(`${only} `) ? name.slice(only.length + 1) : name }
  if (given === 'test') return { suite: only, name }
  return { suite: attributes.classname === undefined ? only : given, name }
}

/** Removes a level of escaping: node:test escapes quotation marks twice. */
function unquoted(text: string): string {
  return text.replaceAll('&quot;', '"')
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
