/** Returns the words of a list as people type it, with spaces, lines or commas between them; each once. */
export function listIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))]
}
