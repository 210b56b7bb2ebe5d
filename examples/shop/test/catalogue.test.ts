import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { findProduct, price, productsInStock } from '../src/catalogue.ts'
import { database } from '../src/connect.ts'

after(() => database.end())

test('products in stock come cheapest first, and nothing that is sold out', async () => {
  assert.deepEqual(
    (await productsInStock()).map(({ name }) => name),
    ['Cup', 'Teapot'],
  )
})

test('a product is found by its name', async () => {
  assert.equal((await findProduct('Teapot'))?.cents, 2900)
  assert.equal(await findProduct('Samovar'), undefined)
})

test('a price has two decimals', () => assert.equal(price(705), '7.05 €'))
