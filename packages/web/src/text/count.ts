/**
 * Formats a whole number with thousands separators: `90,001`. Avoids `toLocaleString`, whose first
 * call loads all language tables and delays a failed build's page by 20 ms.
 */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Returns `1 step`, `2,000 steps`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${thousands(count)} ${count === 1 ? singular : plural}`
}
