import { expect, test } from 'vitest'
import { Payload } from './payload.ts'

test('PostgreSQL can store each text of a payload', () => {
  const payload = Payload.parse(Buffer.from('{"title":"a\\u0000b\\ud800c","labels":["\\u0000"]}'))
  expect([payload.text('title'), payload.maybeText('title'), payload.texts('labels')]).toEqual([
    'a\ufffdb\ufffdc',
    'a\ufffdb\ufffdc',
    ['\ufffd'],
  ])
})

test('a time is read with its offset, may be absent, and is refused if it is invalid', () => {
  const payload = Payload.parse(Buffer.from('{"at":"2015-04-06T17:23:38.205705+02:00","odd":"tomorrow","no":null}'))
  expect(payload.maybeInstant('at')).toEqual(new Date('2015-04-06T15:23:38.205Z'))
  expect([payload.maybeInstant('no'), payload.maybeInstant('absent')]).toEqual([null, null])
  expect(() => payload.maybeInstant('odd')).toThrow('Expected a time at `odd`.')
})
