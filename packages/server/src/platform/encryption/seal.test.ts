import { expect, test } from 'vitest'
import { CannotOpen, createSealer } from './seal.ts'

const sealer = createSealer('a key of the operator')

test('a sealed value can be decrypted in its place, and differs each time', () => {
  const sealed = sealer.seal('secret/1', 'grüße\n')
  expect(sealer.open('secret/1', sealed)).toBe('grüße\n')
  expect(sealer.seal('secret/1', 'grüße\n').equals(sealed)).toBe(false)
  expect(sealed.includes('gr')).toBe(false)
})

test('a value that was moved, changed, truncated or sealed under another key is refused', () => {
  const sealed = sealer.seal('secret/1', 'value')
  expect(() => sealer.open('secret/2', sealed)).toThrow(CannotOpen)
  expect(() => createSealer('another key').open('secret/1', sealed)).toThrow(CannotOpen)
  expect(() => sealer.open('secret/1', sealed.subarray(0, 20))).toThrow(CannotOpen)
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    expect(() => sealer.open('secret/1', changed)).toThrow(CannotOpen)
  }
})
