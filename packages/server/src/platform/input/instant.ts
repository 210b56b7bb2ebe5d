/** Formats an instant for the contract: RFC 3339 in UTC with six digits of a second. */
export function formatInstant(instant: Date | number): string {
  const at = typeof instant === 'number' ? new Date(instant) : instant
  return `${at.toISOString().slice(0, -1)}000Z`
}

/** Formats an instant; null for none. */
export function formatOptionalInstant(instant: Date | number | null): string | null {
  return instant === null ? null : formatInstant(instant)
}

const instantForm = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/

/** Parses an RFC 3339 instant; undefined for any other text. */
export function parseInstant(text: string): Date | undefined {
  if (!instantForm.test(text)) return undefined
  const instant = new Date(text.toUpperCase())
  const year = instant.getUTCFullYear()
  // An offset can move the instant outside the years with four digits. NaN fails too.
  return year >= 0 && year <= 9999 ? instant : undefined
}
