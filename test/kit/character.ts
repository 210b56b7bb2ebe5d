import fc from 'fast-check'

/**
 * Any code point except surrogates, for `unit` of `fc.string`. fast-check's own `binary` costs each
 * worker a second. Shrinks to `a`.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: 0x10_f7_ff }).map((index) => {
  const from = index < 26 ? index + 0x61 : index < 0x61 ? index - 26 : index < 0x7b ? index - 26 : index
  return String.fromCodePoint(from < 0xd800 ? from : from + 0x800)
})
