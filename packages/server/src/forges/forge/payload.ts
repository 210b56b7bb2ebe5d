/** Reads the members of a delivery or an answer of a forge, which may have any shape. */
import { EventUnreadable } from '../../platform/outbound/forge-errors.ts'

type Members = Readonly<Record<string, unknown>>

/** An object of a payload. Its readers throw `EventUnreadable` for members of another type. */
export class Payload {
  readonly #members: Members
  readonly #path: string

  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw unreadable(path || 'the payload', 'an object')
    this.#members = value as Members
    this.#path = path
  }

  /** Parses the bytes of a delivery. */
  static parse(body: Buffer): Payload {
    let value: unknown
    try {
      value = JSON.parse(body.toString('utf8'))
    } catch (cause) {
      throw new EventUnreadable('The payload is not JSON.', { cause })
    }
    return new Payload(value)
  }

  at(name: string): Payload {
    return new Payload(this.#members[name], this.#pathOf(name))
  }

  /** Returns null if the member is absent or null. */
  maybe(name: string): Payload | null {
    return this.#members[name] == null ? null : this.at(name)
  }

  list(name: string): readonly Payload[] {
    const value = this.#members[name]
    if (!Array.isArray(value)) throw unreadable(this.#pathOf(name), 'a list')
    return value.map((each, index) => new Payload(each, `${this.#pathOf(name)}[${index}]`))
  }

  texts(name: string): readonly string[] {
    const value = this.#members[name]
    if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
      throw unreadable(this.#pathOf(name), 'a list of strings')
    return value.map(storable)
  }

  text(name: string): string {
    const value = this.#members[name]
    if (typeof value !== 'string') throw unreadable(this.#pathOf(name), 'a string')
    return storable(value)
  }

  maybeText(name: string): string | null {
    return this.#members[name] == null ? null : this.text(name)
  }

  maybeInstant(name: string): Date | null {
    const text = this.maybeText(name)
    if (text === null) return null
    const instant = new Date(text)
    if (Number.isNaN(instant.getTime())) throw unreadable(this.#pathOf(name), 'a time')
    return instant
  }

  flag(name: string): boolean {
    const value = this.#members[name]
    if (typeof value !== 'boolean') throw unreadable(this.#pathOf(name), 'true or false')
    return value
  }

  /** Reads a numeric id as text. */
  id(name: string): string {
    const value = this.#members[name]
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw unreadable(this.#pathOf(name), 'a number')
    return String(value)
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }
}

/**
 * Replaces U+0000 and lone surrogates: PostgreSQL refuses them, so the delivery would be retried
 * forever.
 */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed()
}

function unreadable(path: string, expected: string): EventUnreadable {
  return new EventUnreadable(`Expected ${expected} at \`${path}\`.`)
}
