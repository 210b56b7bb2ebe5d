import { amount } from '../../money/src/money.js'

/** What a cart costs. */
export function total(items) {
  return amount(items.reduce((sum, { cents }) => sum + cents, 0))
}
