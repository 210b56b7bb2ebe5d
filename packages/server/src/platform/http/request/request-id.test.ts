import { expect, test } from 'vitest'
import { requestIdOf } from './request-id.ts'

test('generated ids are distinct ULIDs, with any character at any random place', () => {
  const ids = Array.from({ length: 10_000 }, () => requestIdOf(undefined))
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/)
  for (let place = 14; place < 30; place += 1) expect(new Set(ids.map((id) => id[place])).size).toBe(32)
})

test('the id of a client is used if it is well-formed', () => {
  expect(requestIdOf('my-own-request-id-12345')).toBe('my-own-request-id-12345')
  for (const odd of ['short', 'with spaces in it, and long', 'x'.repeat(201), ['a'.repeat(20)]])
    expect(requestIdOf(odd)).toMatch(/^req_/)
})
