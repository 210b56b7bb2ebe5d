import { amount } from '../../money/src/money.js'

/** Returns the price of a cart. */
export function total(items) {
  return amount(items.reduce((sum, { cents }) => sum + cents, 0))
}
