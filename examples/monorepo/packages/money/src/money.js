/** An amount of cents as people write it: `12.05`. */
export function amount(cents) {
  return (cents / 100).toFixed(2)
}
