import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withSetting } from './write-setting.ts'

const comment = fc
  .constantFrom('', ' # why', '   # "quoted" = x', '# [cloud]')
  .map((text) => (text.startsWith('#') ? ` ${text}` : text))
const literal = fc.oneof(
  fc.constantFrom(
    '"a # b"',
    "'c:\\d'",
    '"""two\nlines # no comment"""',
    '[1, 2, # three\n 3]',
    '{ a = 1, b = "x" }',
    '1979-05-27T07:32:00Z',
    '1_000',
    '0x1F',
    '3.0',
    'true',
  ),
)
const entry = (prefix: string) =>
  fc
    .array(fc.tuple(literal, comment, fc.constantFrom('', '\n', '\n# between\n')), { maxLength: 4 })
    .map((entries) =>
      entries
        .map(([value, tail, gap], index) => `${gap}${prefix}${index}${index % 2 === 0 ? ' = ' : '='}${value}${tail}\n`)
        .join(''),
    )
const file = fc
  .tuple(entry('top'), entry('first'), entry('second'), fc.boolean(), fc.boolean())
  .map(([top, first, second, hasCloud, hasOrg]) =>
    [
      top,
      `[other]\n${first}`,
      hasCloud ? `[cloud] # ours\n${hasOrg ? 'org = "old" # the org\n' : ''}${second}` : `[more.deep]\n${second}`,
    ].join('\n'),
  )

test('every other line stays unchanged and in order', () => {
  fc.assert(
    fc.property(file, fc.constantFrom('\n', '\r\n'), (lf, eol) => {
      const text = lf.replaceAll('\n', eol)
      const before = text.split('\n')
      const after = withSetting(text, 'cloud.org', 'new').split('\n')
      if (text.includes('# the org')) {
        expect(after).toHaveLength(before.length)
        expect(after.filter((line, index) => line !== before[index])).toEqual([
          `org = "new" # the org${eol.slice(0, -1)}`,
        ])
      } else {
        const kept = [...after]
        kept.splice(kept.indexOf(`org = "new"${eol.slice(0, -1)}`), 1)
        const isNew = (line: string) => line.trim() === '' || (line.trim() === '[cloud]' && !/^\[cloud\]/m.test(text))
        expect(kept.filter((line) => !isNew(line))).toEqual(before.filter((line) => !isNew(line)))
      }
    }),
    { numRuns: scaled(200) },
  )
})

test.each([
  ['', 'cache.max_gb', 3, '[cache]\nmax_gb = 3\n'],
  ['a = 1', 'cache.max_gb', 3, 'a = 1\n\n[cache]\nmax_gb = 3\n'],
  ['cloud = { org = "a", api_url = "x" } # c\n', 'cloud.org', 'b', 'cloud = { org = "b", api_url = "x" } # c\n'],
  ['cloud = { api_url = "x" }\n', 'cloud.org', 'b', 'cloud = { org = "b", api_url = "x" }\n'],
  ['cloud = {}\n', 'cloud.org', 'b', 'cloud = { org = "b" }\n'],
  ['cloud.api_url = "x"\n[cache]\n', 'cloud.org', 'b', 'cloud.org = "b"\ncloud.api_url = "x"\n[cache]\n'],
  ["\"cloud\" . 'org' = 'a'\n", 'cloud.org', 'b', '"cloud" . \'org\' = "b"\n'],
  ['# mine\n\n[cloud]\n', 'backend', 'cloud', '# mine\n\nbackend = "cloud"\n[cloud]\n'],
  ['# of cloud\n[cloud]\n', 'backend', 'cloud', 'backend = "cloud"\n# of cloud\n[cloud]\n'],
  ['[cloud]\norg = "a\\"#" # b\n', 'cloud.org', '$& "q" \\', '[cloud]\norg = "$& \\"q\\" \\\\" # b\n'],
] as const)('%j with %s = %j is %j', (text, path, value, expected) => {
  expect(withSetting(text, path, value)).toBe(expected)
})

test.each([
  ['[cloud]\norg = """\nlong"""\n', 'cloud.org'],
  ['cloud = 3\n', 'cloud.org'],
])('%j is refused instead of edited', (text, path) => {
  expect(() => withSetting(text, path, 'b')).toThrow('cannot edit')
})
