import { total } from '../../cart/src/cart.js'
import { amount } from '../../money/src/money.js'

/** The lines of a receipt, the total last. */
export function receipt(items) {
  return [...items.map(({ name, cents }) => `${name} ${amount(cents)}`), `total ${total(items)}`]
}
