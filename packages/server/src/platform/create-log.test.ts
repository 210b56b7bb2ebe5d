import { expect, test } from 'vitest'
import { plainError } from './create-log.ts'

test('an error is logged with its code and cause, without the objects that a driver attached', () => {
  const error = Object.assign(new Error('gone', { cause: new Error('why') }), { code: '57P01', client: { key: 'x' } })
  const plain = plainError(error)
  expect(plain).toMatchObject({ type: 'Error', message: 'gone', code: '57P01', cause: { message: 'why' } })
  expect(plain).not.toHaveProperty('client')
})
