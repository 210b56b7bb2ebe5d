import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { addToCart, cartOf } from '../src/cart.ts'
import { findProduct } from '../src/catalogue.ts'
import { placeOrder, SoldOut } from '../src/checkout.ts'
import { database, openCache } from '../src/connect.ts'

const cache = await openCache()
after(async () => {
  await cache.close()
  await database.end()
})

test('an order takes from the stock and empties the cart', async () => {
  const teapot = await findProduct('Teapot')
  assert.ok(teapot)
  await addToCart(cache, 'ada', teapot.id, 2)
  const order = await placeOrder(cache, 'ada')
  const { rows } = await database.query('select cents from orders where id = $1', [order])
  assert.deepEqual(rows, [{ cents: 5800 }])
  assert.equal((await findProduct('Teapot'))?.stock, teapot.stock - 2)
  assert.equal((await cartOf(cache, 'ada')).size, 0)
})

test('an order for more than there is changes nothing', async () => {
  const cup = await findProduct('Cup')
  const strainer = await findProduct('Strainer')
  assert.ok(cup && strainer)
  await addToCart(cache, 'grace', cup.id)
  await addToCart(cache, 'grace', strainer.id)
  await assert.rejects(placeOrder(cache, 'grace'), SoldOut)
  assert.equal((await findProduct('Cup'))?.stock, cup.stock)
  assert.equal((await cartOf(cache, 'grace')).size, 2)
})
