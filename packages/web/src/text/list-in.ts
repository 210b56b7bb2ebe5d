/** Returns the distinct words of a typed list, separated by spaces, lines or commas. */
export function listIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))]
}
