import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTopics } from './parse-topics.ts'
import { placeName, readPlaces, writePlaces } from './topic-places.ts'

const slug = fc.stringMatching(/^[a-z0-9-]{1,100}$/)
const build = fc.record({ kind: fc.constant('build' as const), slug, number: fc.integer({ min: 1, max: 999_999_999 }) })
const log = fc.record({ kind: fc.constant('log' as const), jobId: fc.uuid(), line: fc.integer({ min: 1, max: 1e9 }) })

test('topics that are formatted and parsed stay the same', () => {
  const builds = fc.uniqueArray(build, { maxLength: 8, selector: (one) => `${one.slug}/${one.number}` })
  const logs = fc.uniqueArray(log, { minLength: 1, maxLength: 4, selector: ({ jobId }) => jobId })
  fc.assert(
    fc.property(builds, logs, fc.boolean(), fc.boolean(), (someBuilds, someLogs, hasBuilds, hasRunners) => {
      const wanted = [
        ...(hasBuilds ? [{ kind: 'builds' as const, name: 'builds' }] : []),
        ...(hasRunners ? [{ kind: 'runners' as const, name: 'runners' }] : []),
        ...someBuilds.map((one) => ({ ...one, name: `build:${one.slug}/${one.number}` })),
        ...someLogs.map((one) => ({ ...one, name: `log:${one.jobId}@${one.line}` })),
      ]
      expect(parseTopics(wanted.map(({ name }) => name).join(','))).toEqual(wanted)
    }),
  )
})

test('malformed topics are refused with a reason', () => {
  const pieces = fc.array(
    fc.constantFrom('build:', 'log:', 'builds', 'runners', ',', '/', '@', '0', '1', 'a-b', '..', '%', '\u0000'),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        pieces.map((all) => all.join('')),
      ),
      (text) => {
        const read = parseTopics(text)
        if ('problem' in read) expect(read.problem).toMatch(/^must /)
        else expect(read.map(({ name }) => name).join(',')).toBe(text)
      },
    ),
  )
})

test('places that are formatted and parsed stay the same, and malformed ones are omitted', () => {
  const name = fc.oneof(
    fc.constant('o'),
    fc.tuple(fc.constantFrom('b' as const, 'l' as const), fc.uuid()).map(([kind, id]) => placeName(kind, id)),
  )
  const place = fc.stringMatching(/^[0-9]{1,15}(-[0-9]{1,15}){0,2}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(name, place)), (all) => {
      const places = new Map(all)
      const text = writePlaces(places)
      expect(readPlaces(text)).toEqual(places)
      // An event id is a single line, and a cursor is part of an address.
      expect(encodeURIComponent(text)).toBe(text)
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void readPlaces(text)))
  expect(readPlaces('').size).toBe(0)
})
