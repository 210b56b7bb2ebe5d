import { describe, expect, it } from 'vitest'
import { checkSuperblock, superblock } from './superblock.ts'

const blocks = 3

function written(changes: (block: Buffer) => unknown = () => {}): Buffer {
  const block = Buffer.alloc(superblock.bytes)
  block.writeUInt32LE(0xe0f5e1e2, 0)
  block.writeUInt8(12, 12)
  block.writeUInt32LE(blocks, 36)
  changes(block)
  return block
}

const check = (block: Buffer, bytes = blocks * 4096) => checkSuperblock(block, bytes)

describe('the superblock of an image', () => {
  it('may have a checksum, times, a filter of attribute names, and chunks', () => {
    check(written())
    check(written((block) => block.writeUInt32LE(0b111, 8)))
    check(written((block) => block.writeUInt32LE(0x4, 80)))
  })

  it.each(Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => bit !== 2))(
    'has no feature %d: compression, further devices and unknown ones',
    (bit) => {
      expect(() => check(written((block) => block.writeUInt32LE(2 ** bit, 80)))).toThrow('unknown features')
    },
  )

  it.each([
    ['is something else', (block) => block.writeUInt32LE(0, 0), 'not an EROFS image'],
    ['has an unknown compatible feature', (block) => block.writeUInt32LE(0x8000_0000, 8), 'unknown features'],
    ['has other blocks', (block) => block.writeUInt8(16, 12), 'block size is not 4 KiB'],
    ['needs other devices', (block) => block.writeUInt16LE(1, 86), 'further devices'],
    ['has other directory blocks', (block) => block.writeUInt8(1, 90), 'directories'],
    ['has fewer blocks than the file', (block) => block.writeUInt32LE(blocks - 1, 36), 'cut off or too long'],
  ] satisfies [string, (block: Buffer) => unknown, string][])('that %s is refused', (_, change, why) => {
    expect(() => check(written(change))).toThrow(why)
  })

  it('is refused if the file is too short', () => {
    expect(() => check(written().subarray(0, 100))).toThrow('not an EROFS image')
    expect(() => check(written(), blocks * 4096 - 1)).toThrow('cut off or too long')
  })
})
