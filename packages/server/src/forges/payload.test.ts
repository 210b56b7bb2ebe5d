import { expect, test } from 'vitest'
import { Payload } from './payload.ts'

test('a text of a payload is one that PostgreSQL keeps', () => {
  const payload = Payload.parse(Buffer.from('{"title":"a\\u0000b\\ud800c","labels":["\\u0000"]}'))
  expect([payload.text('title'), payload.maybeText('title'), payload.texts('labels')]).toEqual([
    'a\ufffdb\ufffdc',
    'a\ufffdb\ufffdc',
    ['\ufffd'],
  ])
})
