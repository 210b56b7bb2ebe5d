/** Returns `src/invoice.test.ts:7`; null if no file is known. */
export function testPlace({
  file,
  line,
}: {
  readonly file: string | null
  readonly line?: number | null
}): string | null {
  if (file === null) return null
  return line == null ? file : `${file}:${line}`
}

/** Returns the first non-empty line of a message; null if there is none. */
export function firstWords(message: string | null): string | null {
  return (
    message
      ?.split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? null
  )
}
