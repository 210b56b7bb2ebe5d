/** Matches control and format characters, line separators, and invisible letters. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\u115f|\u1160|\u3164/gu

/** Exceptions, which people type: tabs, newlines and joiners. */
const written = new Set(['\t', '\n', '\u200c', '\u200d'])

/** Shows invisible and direction-changing characters as code points (web X4). */
export function showInvisible(text: string): string {
  return text.replace(invisible, (character) => (written.has(character) ? character : nameOf(character)))
}

function nameOf(character: string): string {
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** Quotes a text as one shell argument. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
