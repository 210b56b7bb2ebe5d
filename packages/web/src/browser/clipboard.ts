/** Copies a text; returns false if the browser refuses, as on plain HTTP outside of localhost. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard === undefined) return false
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
}
