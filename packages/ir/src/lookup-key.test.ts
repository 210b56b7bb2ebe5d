import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { lookupKey } from './cache-keys.ts'

const STEP = { cacheKey: 'k', command: 'make', env: { B: '2', A: '1' }, parent: 'p', files: '' }

it('hashes key, command, sorted environment and parent, separated by byte 0', () => {
  const text = ['k', 'make', 'A=1\0B=2\0', 'p'].join('\0')
  expect(lookupKey(STEP)).toBe(createHash('sha256').update(text).digest('hex'))
  expect(lookupKey({ ...STEP, env: { A: '1', B: '2' } })).toBe(lookupKey(STEP))
})

it('G09 changes with each of its inputs', () => {
  const others = [
    { cacheKey: 'K' },
    { command: 'Make' },
    { env: { A: '1' } },
    { env: { A: '1', B: '3' } },
    { parent: '' },
    { files: 'f' },
    { files: 'g' },
    { additions: { inputs: ['a'] } },
    { additions: { inputs: ['a', 'b'] } },
    { additions: { inputs: ['b', 'a'] } },
    { additions: { split: ['a'] } },
    { files: 'f', additions: { inputs: ['a'] } },
  ]
  const keys = [STEP, ...others.map((other) => ({ ...STEP, ...other }))].map(lookupKey)
  expect(new Set(keys).size).toBe(keys.length)
})

it('appends additions as canonical JSON, and nothing without additions', () => {
  const text = ['k', 'make', 'A=1\0B=2\0', 'p', '{"inputs":["a"]}'].join('\0')
  expect(lookupKey({ ...STEP, additions: { inputs: ['a'] } })).toBe(createHash('sha256').update(text).digest('hex'))
  expect(lookupKey({ ...STEP, additions: {} })).toBe(lookupKey(STEP))
  expect(lookupKey({ ...STEP, additions: { inputs: [] } })).toBe(lookupKey(STEP))
})
