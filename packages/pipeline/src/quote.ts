const BARE = /^[A-Za-z0-9_@%+=:,./-]+$/
const WRAPPED = /^(?:'[^']*'|"(?:[^"\\]|\\[\s\S])*")$/

/**
 * A path as one word of the shell (`pipeline.md` 2): as a value, and a leading `-` cannot be taken
 * for an option.
 */
export function quote(text: string): string {
  return quoteValue(text.startsWith('-') ? `./${text}` : text)
}

/**
 * A text as one word of the shell. What is already in one pair of quotes stays; variables (`$`)
 * still work; a leading `~/` stays the home directory.
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
 * A command that runs in a directory of the workspace; with line breaks no line of it runs anywhere
 * else.
 */
export function inDirectory(directory: string, command: string): string {
  const word = quote(directory)
  return command.includes('\n') ? `cd ${word} || exit 1\n${command}` : `cd ${word} && ${command}`
}
