import type { NumberedLine } from './failure.ts'
import { placeAtEnd } from './place.ts'
import { Reader } from './reader.ts'

const failed = /^( *)not ok \d+(?: - | )?(.*)$/
const subtest = /^( *)# Subtest: (.*)$/
const field = /^ *(\w+): ?(.*)$/
const deepest = 20

/**
 * Reads the Test Anything Protocol from `TAP version` on, with the YAML blocks of Node.js's test
 * runner.
 */
export class TapReader extends Reader {
  #isTap = false
  /** Names of the enclosing tests, by depth. */
  readonly #names: string[] = []
  /** The field of the YAML block whose text follows. */
  #field = ''
  #kind = ''
  /** Spaces before the fields of the YAML block. */
  #indent = 0

  override get isOpen(): boolean {
    return this.#isTap
  }

  protected step(line: NumberedLine): void {
    const { text } = line
    if (text.startsWith('TAP version ')) this.#isTap = true
    else if (this.#isTap) this.#report(line)
  }

  #report(line: NumberedLine): void {
    const { text } = line
    const [, space = '', name] = subtest.exec(text) ?? []
    if (name !== undefined) {
      const depth = Math.min(deepest, space.length / 4)
      this.#names.length = Math.min(this.#names.length, depth)
      this.#names.push(name.slice(0, 200))
      return
    }
    const [, before = '', title] = failed.exec(text) ?? []
    if (title !== undefined) {
      this.close()
      if (/ # (?:TODO|SKIP)\b/i.test(title)) return
      const around = this.#names.slice(0, Math.min(deepest, before.length / 4))
      this.begin([...around, title].join(' › '), line)
      this.#field = ''
      this.#indent = before.length + 2
    } else if (this.draft !== null) this.#yaml(line)
  }

  #yaml(line: NumberedLine): void {
    const { draft } = this
    const { text } = line
    if (draft === null) return
    if (text.trim() === '...' || /^\S/.test(text)) {
      this.close()
      return
    }
    const isField = text.length - text.trimStart().length === this.#indent
    const [, name, value = ''] = (isField ? field.exec(text) : null) ?? []
    if (name !== undefined) this.#take(line, name, value)
    else if (this.#field === 'error') draft.sayOrCompare(line)
    else if (this.#field === 'stack') {
      if (draft.place !== null) draft.endQuote()
      draft.locate(placeAtEnd(text))
    }
  }

  #take(line: NumberedLine, name: string, value: string): void {
    const { draft } = this
    if (draft === null) return
    const isText = /^[|>]-?$/.test(value)
    this.#field = isText ? name : ''
    if (name === 'failureType' && value === "'subtestsFailed'") this.draft = null
    else if (name === 'name') this.#kind = unquoted(value)
    else if (name === 'location') draft.declared = placeAtEnd(unquoted(value))
    else if (name === 'at') draft.locate(placeAtEnd(value))
    else if (name === 'error' && !isText) draft.say(line, unquoted(value))
  }

  protected override close(): void {
    const { draft } = this
    if (draft !== null && draft.message !== null && this.#kind !== '')
      draft.message = `${this.#kind}: ${draft.message.trim()}`
    this.#kind = ''
    super.close()
  }
}

function unquoted(value: string): string {
  return value.replace(/^(['"])(.*)\1$/, '$2')
}
