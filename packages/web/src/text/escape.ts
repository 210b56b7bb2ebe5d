/** Control and format characters, separators of lines, and letters that have no shape. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\u115f|\u1160|\u3164/gu

/** Those that people write: tabs, line feeds, and the joiners of Persian words and of families in one emoji. */
const written = new Set(['\t', '\n', '\u200c', '\u200d'])

/** A name, branch or message as it may be shown: what cannot be seen, or turns the reading direction, stands as its code point (web X4). */
export function showInvisible(text: string): string {
  return text.replace(invisible, (character) => (written.has(character) ? character : nameOf(character)))
}

function nameOf(character: string): string {
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** A text as one argument of a shell. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
