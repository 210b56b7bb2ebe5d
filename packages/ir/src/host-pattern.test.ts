import { describe, expect, it } from 'vitest'
import { coversHosts, type HostPattern, hostPattern, hostText } from './host-pattern.ts'

function read(text: string): HostPattern {
  const pattern = hostPattern(text)
  if (pattern === undefined) throw new Error(`${text} is no pattern`)
  return pattern
}

describe('patterns of hosts', () => {
  it.each([
    ['registry.npmjs.org', 'registry.npmjs.org'],
    ['GitHub.com:443', 'github.com'],
    ['github.com:22', 'github.com:22'],
    ['*.Example.com', '*.example.com'],
    ['*.example.com:65535', '*.example.com:65535'],
    ['_acme.a-b.example', '_acme.a-b.example'],
    ['1password.com', '1password.com'],
  ])('%s is %s', (text, short) => {
    expect(hostText(read(text))).toBe(short)
    expect(read(short)).toEqual(read(text))
  })

  it.each([
    ...['', '.', '*', '*.', 'localhost', '*.com', 'a..b', '.a.b', 'a.b.', '-a.b', 'a-.b', '*.*.a.b', 'a.*.b', '*a.b'],
    ...['https://a.b', 'a.b/c', 'a.b:', 'a.b:0', 'a.b:65536', 'a.b:022222', 'a.b:x', 'a.b:1:2', 'a b.c', 'a.b\n'],
    ...['1.2.3.4', '1.2.3.4:22', '[::1]', '::1', 'bücher.example', `${'a'.repeat(64)}.b`, `${'a.'.repeat(127)}b`],
  ])('%j is not a pattern', (text) => {
    expect(hostPattern(text)).toBeUndefined()
  })

  it.each<[string, string, boolean]>([
    ['a.b', 'a.b', true],
    ['a.b', 'A.B:443', true],
    ['a.b', 'x.a.b', false],
    ['a.b', 'a.b:22', false],
    ['a.b', '*.a.b', false],
    ['*.a.b', 'x.a.b', true],
    ['*.a.b', 'y.x.a.b', true],
    ['*.a.b', '*.a.b', true],
    ['*.a.b', '*.x.a.b', true],
    ['*.a.b', 'a.b', false],
    ['*.a.b', 'xa.b', false],
    ['*.a.b:22', 'x.a.b', false],
    ['*.x.a.b', '*.a.b', false],
  ])('%s covers %s: %s', (outer, inner, expected) => {
    expect(coversHosts(read(outer), read(inner))).toBe(expected)
  })
})
