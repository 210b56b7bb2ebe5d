/**
 * CSI; OSC, DCS and their like up to the terminator, of which one that never comes takes 256 characters of the line; and the short ones. ECMA-48.
 * Has the same effect on UTF-8 read as Latin-1, since no part of a sequence is outside of ASCII.
 */
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_](?:[^\u0007\u001b\n]*(?:\u0007|\u001b\\)|[^\n\u001b]{0,256})|[ -/]*[0-~]?)/g

/** The text without ANSI escape sequences. Other control characters stay. */
export function stripEscapes(text: string): string {
  return text.includes('\u001b') ? text.replace(escapes, '') : text
}
