import { plain, type Style } from './style.ts'

/** One character cell of the line. */
interface Cell {
  readonly text: string
  readonly style: Style
  readonly href: string | null
  /** The index of its character in the text without escapes. */
  readonly source: number
}

/** The width at which a line with cursor movement ends, like that of a very wide terminal. */
const columns = 10_000
const tabWidth = 8
const mark = /^\p{M}$|^[\u200d\ufe0e\ufe0f]$/u

/** Simulates a terminal of one line, in which overwritten text disappears (web L6). */
export class LineScreen {
  readonly #mostStates: number
  readonly #states: string[] = []
  // Parallel arrays instead of objects, because a progress bar writes a million cells.
  readonly #texts: string[] = []
  readonly #styles: Style[] = []
  readonly #hrefs: (string | null)[] = []
  readonly #sources: number[] = []
  #column = 0
  /** Consumed UTF-16 units, without escapes. */
  #taken = 0
  /** Whether the cursor moved back over written text. */
  #isBack = false
  #updates = 0

  /** `mostStates`: the number of last states that are kept. */
  constructor(mostStates: number) {
    this.#mostStates = mostStates
  }

  get cells(): readonly Cell[] {
    return this.#texts.map((text, at) => ({
      text,
      style: this.#styles[at] ?? plain,
      href: this.#hrefs[at] ?? null,
      source: this.#sources[at] ?? blankSource,
    }))
  }

  get updates(): number {
    return this.#updates
  }

  /** The last states, each taken before an update. */
  get states(): readonly string[] {
    return this.#states
  }

  get text(): string {
    return this.#texts.join('')
  }

  /** Writes text without escape sequences. */
  write(text: string, style: Style, href: string | null): void {
    for (let at = 0; at < text.length; ) {
      const unit = text.charCodeAt(at)
      const isFirstOfPair = unit >= 0xd800 && unit <= 0xdbff
      const character = isFirstOfPair ? String.fromCodePoint(text.codePointAt(at) ?? unit) : text.charAt(at)
      at += character.length
      const source = this.#taken
      this.#taken += character.length
      if (character === '\r') this.#goTo(0)
      else if (character === '\b') this.#goTo(this.#column - 1)
      else if (character === '\t') this.#goTo(this.#column + tabWidth - (this.#column % tabWidth))
      else this.#put(character, style, href, source)
    }
  }

  /** Applies a cursor movement or erasure, by the final letter of its sequence. */
  move(final: string, count: number | null): void {
    const many = Math.min(columns, Math.max(1, count ?? 1))
    if (final === 'C' || final === 'a') this.#goTo(this.#column + many)
    else if (final === 'D') this.#goTo(this.#column - many)
    else if (final === 'G' || final === '`') this.#goTo(many - 1)
    else if (final === 'K') this.#eraseLine(count ?? 0)
    else if (final === 'X') this.#erase(this.#column, this.#column + many)
    else if (final === 'P') this.#shift(this.#column, many, 0)
    else if (final === '@' && this.#column < this.#texts.length) {
      this.#shift(this.#column, 0, many)
      this.#cutTo(columns)
    }
  }

  #goTo(column: number): void {
    const to = Math.min(columns - 1, Math.max(0, column))
    if (to < this.#column) this.#isBack = true
    this.#column = to
  }

  #put(character: string, style: Style, href: string | null, source: number): void {
    if (character > '\u02ff' && this.#column > 0 && this.#column <= this.#texts.length && mark.test(character)) {
      this.#texts[this.#column - 1] += character
      return
    }
    if (this.#isBack) this.#update()
    for (let at = this.#texts.length; at < this.#column; at++) this.#set(at, ' ', plain, null, blankSource)
    this.#set(this.#column, character >= ' ' && character <= '~' ? character : shownAs(character), style, href, source)
    this.#column = Math.min(columns - 1, this.#column + 1)
  }

  #set(at: number, text: string, style: Style, href: string | null, source: number): void {
    this.#texts[at] = text
    this.#styles[at] = style
    this.#hrefs[at] = href
    this.#sources[at] = source
  }

  #update(): void {
    this.#isBack = false
    if (this.#texts.length === 0) return
    this.#updates++
    if (this.#mostStates === 0) return
    this.#states.push(this.text)
    if (this.#states.length >= this.#mostStates) this.#states.shift()
  }

  #eraseLine(how: number): void {
    if (how === 0) this.#erase(this.#column, this.#texts.length)
    else if (how === 1) this.#erase(0, this.#column + 1)
    else if (how === 2) this.#erase(0, this.#texts.length)
  }

  #erase(from: number, to: number): void {
    if (to >= this.#texts.length) this.#cutTo(from)
    else for (let at = from; at < to; at++) this.#set(at, ' ', plain, null, blankSource)
  }

  #cutTo(length: number): void {
    if (this.#texts.length <= length) return
    for (const list of [this.#texts, this.#styles, this.#hrefs, this.#sources]) list.length = length
  }

  /** Removes cells, and inserts empty ones. */
  #shift(at: number, away: number, empty: number): void {
    this.#texts.splice(at, away, ...Array.from({ length: empty }, () => ' '))
    this.#styles.splice(at, away, ...Array.from({ length: empty }, () => plain))
    this.#hrefs.splice(at, away, ...Array.from({ length: empty }, () => null))
    this.#sources.splice(at, away, ...Array.from({ length: empty }, () => blankSource))
  }
}

const blankSource = -1

/** Characters that change the reading direction. */
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: it matches control characters
const special = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

/** Whether a text contains characters that are not shown as themselves. TAB is shown as itself. */
export function hasSpecial(text: string): boolean {
  return special.test(text)
}

/** Returns the log's notation for a character: a control picture or code point (web L20). */
function shownAs(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  const isNamed = (code >= 0x80 && code < 0xa0) || code === 0x2028 || code === 0x2029 || directions.test(character)
  return isNamed ? `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩` : character
}
