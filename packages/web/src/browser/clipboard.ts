/** Copies a text; false if the browser refuses, as it does on plain HTTP outside of localhost. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard === undefined) return false
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
}
