/**
 * Matches escape sequences of ECMA-48: CSI, OSC, DCS and the short ones. A string sequence without
 * a terminator takes 256 characters. The pattern also fits UTF-8 read as Latin-1, because sequences
 * are ASCII.
 */
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_](?:[^\u0007\u001b\n]*(?:\u0007|\u001b\\)|[^\n\u001b]{0,256})|[ -/]*[0-~]?)/g

/** Returns the text without ANSI escape sequences. Other control characters stay. */
export function stripEscapes(text: string): string {
  return text.includes('\u001b') ? text.replace(escapes, '') : text
}
