import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { addToCart, cartOf, emptyCart } from '../src/cart.ts'
import { database, openCache } from '../src/connect.ts'

const cache = await openCache()
after(async () => {
  await cache.close()
  await database.end()
})

test('the same product twice is one line', async () => {
  await addToCart(cache, 'ada', 1)
  await addToCart(cache, 'ada', 1, 2)
  await addToCart(cache, 'ada', 2)
  assert.deepEqual([...(await cartOf(cache, 'ada'))].sort(), [
    [1, 3],
    [2, 1],
  ])
})

test('carts of two customers are two', async () => {
  await addToCart(cache, 'grace', 2)
  await emptyCart(cache, 'ada')
  assert.equal((await cartOf(cache, 'ada')).size, 0)
  assert.equal((await cartOf(cache, 'grace')).size, 1)
})
