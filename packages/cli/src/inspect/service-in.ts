/** Reads `STEP/SERVICE`; undefined for a text without a slash. A step's key may have slashes too. */
export function serviceIn(text: string): { readonly step: string; readonly name: string } | undefined {
  const slash = text.lastIndexOf('/')
  return slash < 1 ? undefined : { step: text.slice(0, slash), name: text.slice(slash + 1) }
}
