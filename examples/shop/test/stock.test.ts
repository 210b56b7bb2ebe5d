import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { database } from '../src/connect.ts'

after(() => database.end())

test('a stock is never below nothing', async () => {
  await assert.rejects(database.query("update products set stock = stock - 6 where name = 'Teapot'"), /products_stock/)
})

// Changes all products: another shard would notice if the databases were one.
test('an inventory counts everything anew', async () => {
  await database.query('update products set stock = 1')
  const { rows } = await database.query('select sum(stock)::int as pieces from products')
  assert.deepEqual(rows, [{ pieces: 3 }])
})
