import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inDirectory, quote, quoteValue } from './quote.ts'

describe('quote', () => {
  it.each([
    ['src/a_b-1.2', 'src/a_b-1.2'],
    ['a@%+=:,b', 'a@%+=:,b'],
    ['my app', "'my app'"],
    ["it's", "'it'\\''s'"],
    ["'done already'", "'done already'"],
    ['"$HOME/x y"', '"$HOME/x y"'],
    ["'a' 'b'", "''\\''a'\\'' '\\''b'\\'''"],
    ['$HOME/my app', '"$HOME/my app"'],
    ['$A"`\\', '"$A\\"\\`\\\\"'],
    ['~/x', '~/x'],
    ['~/my app', "~/'my app'"],
    ['~', "'~'"],
    ['-x', './-x'],
    ['-x y', "'./-x y'"],
    ['é', "'é'"],
    ['', "''"],
    ['~/', '~/'],
    ['~/-x', '~/-x'],
    ['-$X', '"./-$X"'],
    ['"a" "b"', '\'"a" "b"\''],
    ['a\nb', "'a\nb'"],
    ['a;rm -rf', "'a;rm -rf'"],
  ])('%s becomes %s', (text, quoted) => {
    expect(quote(text)).toBe(quoted)
  })

  it('keeps the leading - of a value', () => {
    expect(quoteValue('--watch')).toBe('--watch')
    expect(quoteValue('-DFLAGS=-O2 -g')).toBe("'-DFLAGS=-O2 -g'")
    expect(quoteValue('"done already"')).toBe('"done already"')
  })

  it('yields the original text in sh, as one word', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((word) => !/^['"~]|[$\0]/.test(word))
    fc.assert(
      fc.property(fc.array(text, { minLength: 20, maxLength: 20 }), (words) => {
        const script = `printf '%s\\0' ${words.map(quote).join(' ')}`
        const expected = words.map((word) => (word.startsWith('-') ? `./${word}` : word))
        expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  })
})

describe('a command with cwd', () => {
  it('changes the directory before the command', () => {
    expect(inDirectory('my app', 'make')).toBe("cd 'my app' && make")
  })

  it('runs no line of a multi-line command if the directory is missing', () => {
    const script = inDirectory('/no/such directory', 'echo one\necho two')
    expect(script).toBe("cd '/no/such directory' || exit 1\necho one\necho two")
    expect(() => execFileSync('sh', ['-c', script], { stdio: 'pipe' })).toThrow(/can't cd|No such file/)
  })
})
