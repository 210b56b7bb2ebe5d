import type { JsonSchema } from '@harmont/contract'
import { expect, test } from 'vitest'
import { serializerOf } from './serializer.ts'

const schema: JsonSchema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }

test('a response has exactly the members of its schema with every serializer', () => {
  for (const serialize of [serializerOf(schema), serializerOf(schema)])
    expect(serialize({ name: 'a', token_hash: 'b' })).toBe('{"name":"a"}')
})

test('a response without a member of its schema is refused', () => {
  expect(() => serializerOf(schema)({ token_hash: 'b' })).toThrow('"name" is required')
})
