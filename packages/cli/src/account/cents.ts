/** `12.34 USD`; `-0.05 USD`. */
export function dollars(cents: number): string {
  return `${cents < 0 ? '-' : ''}${(Math.abs(cents) / 100).toFixed(2)} USD`
}
