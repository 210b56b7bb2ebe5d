import { anyCharacter } from '@harmont/test-kit/character'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeRedirect } from './safe-redirect.ts'

const origin = 'https://ci.example'

/** Fragments of addresses that lead to another site. */
const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    '\\',
    '/\\',
    '\t',
    '\n',
    '\r',
    ' ',
    '.',
    '..',
    '/.//',
    '/..//',
    '@',
    ':',
    '?',
    '#',
    '%2f',
    '%5c',
    '%09',
  ),
  fc.constantFrom(
    'evil.example',
    'https:',
    'javascript:alert(1)',
    'data:,x',
    'ci.example',
    'acme',
    'pipelines',
    '\u2044',
    '\u3002',
    '\u0000',
  ),
  fc.string({ unit: anyCharacter, maxLength: 4 }),
)
const address = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))

test('web A5 a browser that follows any redirect stays on this origin', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        address,
        address.map((text) => `/${text}`),
      ),
      (given) => {
        const target = safeRedirect(given, origin)
        expect(target).toMatch(/^\/(?![/\\])/)
        expect(new URL(target, origin).origin).toBe(origin)
        expect(new URL(target, `${origin}/login?redirect=x`).origin).toBe(origin)
        expect(safeRedirect(target, origin)).toBe(target)
      },
    ),
    { numRuns: scaled(1000) },
  )
})

test('web A5 an address of this app keeps its query and fragment', () => {
  const word = fc.stringMatching(/^[a-z0-9-]{1,12}$/)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), word, word, (path, search, hash) => {
      const given = `/${path.join('/')}?q=${search}#${hash}`
      expect(safeRedirect(given, origin)).toBe(given)
    }),
  )
  expect(safeRedirect('/acme/pipelines/ci/builds/60?job=test#L4812', origin)).toBe(
    '/acme/pipelines/ci/builds/60?job=test#L4812',
  )
})

test('web A5 any other address becomes the start page', () => {
  const astray = [
    undefined,
    null,
    '',
    'acme',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    'https://ci.example/x',
    'javascript:alert(1)',
    ' /acme',
  ]
  expect(astray.map((one) => safeRedirect(one, origin))).toEqual(astray.map(() => '/'))
})
