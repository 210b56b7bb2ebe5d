import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amount } from '../src/money.js'

test('an amount has two digits of cents', () => {
  assert.equal(amount(1205), '12.05')
  assert.equal(amount(1200), '12.00')
})
