import assert from 'node:assert/strict'
import { test } from 'node:test'
import { total } from '../src/cart.js'

test('a cart costs what its items cost', () => {
  const items = [
    { name: 'tea', cents: 310 },
    { name: 'cake', cents: 495 },
  ]
  assert.equal(total(items), '8.05')
  assert.equal(total([]), '0.00')
})
