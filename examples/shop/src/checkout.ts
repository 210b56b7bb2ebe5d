import { cartOf, emptyCart } from './cart.ts'
import { type Cache, database } from './connect.ts'

/** Something in the cart is no longer in stock. */
export class SoldOut extends Error {}

/**
 * Places an order for everything in the cart, takes it out of the stock, and empties the cart.
 * Returns the number of the order. Throws `SoldOut`, and then changes nothing.
 */
export async function placeOrder(cache: Cache, customer: string): Promise<number> {
  const cart = await cartOf(cache, customer)
  if (cart.size === 0) throw new Error('the cart is empty')
  const client = await database.connect()
  try {
    await client.query('begin')
    const made = await client.query<{ id: number }>(
      'insert into orders (customer, cents) values ($1, 0) returning id',
      [customer],
    )
    const order = made.rows[0]?.id ?? 0
    // In the order of the ids, so that two orders never wait for each other.
    for (const [product, count] of [...cart].sort(([one], [other]) => one - other)) {
      const taken = await client.query<{ cents: number }>(
        'update products set stock = stock - $2 where id = $1 and stock >= $2 returning cents',
        [product, count],
      )
      const [row] = taken.rows
      if (row === undefined) throw new SoldOut(`product ${product} is sold out`)
      await client.query('insert into order_lines values ($1, $2, $3)', [order, product, count])
      await client.query('update orders set cents = cents + $2 where id = $1', [order, row.cents * count])
    }
    await client.query('commit')
    await emptyCart(cache, customer)
    return order
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}
