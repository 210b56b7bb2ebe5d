/**
 * Matches escape sequences of ECMA-48: CSI, OSC, DCS and the short ones. A string sequence without
 * a terminator ends after 256 characters. The pattern also matches UTF-8 decoded as Latin-1,
 * because sequences are ASCII.
 */
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches control characters
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_](?:[^\u0007\u001b\n]*(?:\u0007|\u001b\\)|[^\n\u001b]{0,256})|[ -/]*[0-~]?)/g

/** Returns the text without ANSI escape sequences. Other control characters stay. */
export function stripEscapes(text: string): string {
  return text.includes('\u001b') ? text.replace(escapes, '') : text
}
