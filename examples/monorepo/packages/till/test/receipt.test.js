import assert from 'node:assert/strict'
import { test } from 'node:test'
import { receipt } from '../src/receipt.js'

test('a receipt lists the items and ends with the total', () => {
  const items = [
    { name: 'tea', cents: 310 },
    { name: 'cake', cents: 495 },
  ]
  assert.deepEqual(receipt(items), ['tea 3.10', 'cake 4.95', 'total 8.05'])
})
