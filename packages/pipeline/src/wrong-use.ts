/** The error of a wrong call: what was expected, what was got and what to do. Thrown at the line that is wrong. */
export function wrongUse(where: string, expected: string, got: unknown, fix: string): TypeError {
  return new TypeError(`${where}: expected ${expected}, got ${shown(got)}. ${fix}`)
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** Refuses options that nothing would read, so that a slip in a name is no silent loss. */
export function onlyKnown(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw wrongUse(where, `one of the options ${known.join(', ')}`, name, 'Correct the name, or take it out.')
  }
}

export function textOf(where: string, value: unknown, fix: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw wrongUse(where, 'a non-empty string', value, fix)
}

export function wholeNumberOf(where: string, value: unknown, min: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value
  throw wrongUse(where, `a whole number of ${min} or more`, value, 'Correct the number.')
}

export function booleanOf(where: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw wrongUse(where, 'true or false', value, 'Correct the value.')
}

export function listOf<T>(where: string, value: unknown, read: (entry: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw wrongUse(where, 'a list', value, 'Put it into square brackets.')
  return Object.freeze(value.map((entry) => read(entry)))
}

/** The own members of a plain options object. */
export function membersOf(where: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongUse(where, 'an object', value, 'Write it in curly brackets.')
  }
  return Object.entries(value).filter(([, member]) => member !== undefined)
}
