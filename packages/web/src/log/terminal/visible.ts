/** Marks that turn the reading direction. */
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const special = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

/** Whether a text holds a character that is not shown as itself; TAB is. */
export function hasSpecial(text: string): boolean {
  return special.test(text)
}

/** A character as a log shows it: C0 as their pictures, C1 and turns of direction as their code points (web L20). */
export function shownAs(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  const isNamed = (code >= 0x80 && code < 0xa0) || code === 0x2028 || code === 0x2029 || directions.test(character)
  return isNamed ? `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩` : character
}
