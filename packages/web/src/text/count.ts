/**
 * A whole number with its thousands apart: `90,001`. By hand, because the first `toLocaleString` of a page loads the browser's tables of all languages: 20 ms,
 * which every red answer would wait for.
 */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 step`, `2,000 steps`. */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`
}
