const BARE = /^[A-Za-z0-9_@%+=:,./-]+$/
const WRAPPED = /^(?:'[^']*'|"(?:[^"\\]|\\[\s\S])*")$/

/**
 * Quotes a path as one word of the shell (`pipeline.md` 2), so that a leading `-` is not an option.
 */
export function quote(text: string): string {
  return quoteValue(text.startsWith('-') ? `./${text}` : text)
}

/**
 * Quotes a text as one word of the shell. Text in one pair of quotes is unchanged; variables (`$`)
 * still work; a leading `~/` still means the home directory.
 */
export function quoteValue(text: string): string {
  if (WRAPPED.test(text)) return text
  if (text.startsWith('~/')) return `~/${text.length > 2 ? quoteWord(text.slice(2)) : ''}`
  return quoteWord(text)
}

function quoteWord(text: string): string {
  if (BARE.test(text)) return text
  if (text.includes('$')) return `"${text.replace(/["\\`]/g, '\\$&')}"`
  return `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * Returns a command that runs in a directory of the workspace. Either all of its lines run there,
 * or none.
 */
export function inDirectory(directory: string, command: string): string {
  const word = quote(directory)
  return command.includes('\n') ? `cd ${word} || exit 1\n${command}` : `cd ${word} && ${command}`
}
