import { execFileSync } from 'node:child_process'
import { anyCharacter } from '@harmont/test-kit/character'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoteForShell, showInvisible } from './escape.ts'

test('web X4 invisible characters and direction overrides appear as code points', () => {
  expect(showInvisible('a\u202eb\u200bc')).toBe('a⟨U+202E⟩b⟨U+200B⟩c')
  expect(showInvisible('fix: Größe 日本語 👩🏽 tab\there')).toBe('fix: Größe 日本語 👩🏽 tab\there')
})

test('web X4 a shell reads back every quoted text', () => {
  const text = fc.string({ unit: anyCharacter }).filter((one) => !one.includes('\0') && one.isWellFormed())
  fc.assert(
    // One shell process reads many texts, because its start takes most of the time.
    fc.property(fc.array(text, { minLength: 20, maxLength: 60 }), (texts) => {
      const script = texts.map((one) => `printf '%s\\0' ${quoteForShell(one)}`).join('\n')
      const said = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
      expect(said.split('\0').slice(0, -1)).toEqual(texts)
    }),
    { numRuns: 5 },
  )
})
