import { LayerRefused } from '../snapshots/packed/unpack-layer.ts'

/** Thrown if `makeImage` cannot have written a blob or file. The message gives the reason. */
export class ImageRefused extends LayerRefused {
  override readonly name = 'ImageRefused'
}

/** Position of the superblock, and the number of bytes to read. */
export const superblock = { at: 1_024, bytes: 128 }

const magic = 0xe0f5e1e2
/** 4 KiB, the page size of every supported machine. */
const blockBits = 12
/** A checksum of the superblock, times of files, a filter of attribute names. */
const known = { compatible: 0b111, incompatible: 0b100 }

/**
 * Checks the superblock of an image. Refuses every feature except chunks, which leave out holes.
 * The kernel's code for compression and for other devices is therefore never used on such an image.
 */
export function checkSuperblock(block: Buffer, imageBytes: number): void {
  if (block.length < superblock.bytes || block.readUInt32LE(0) !== magic)
    throw new ImageRefused('it is not an EROFS image')
  const compatible = block.readUInt32LE(8) & ~known.compatible
  const incompatible = block.readUInt32LE(80) & ~known.incompatible
  if (compatible !== 0 || incompatible !== 0) {
    const flags = `0x${(incompatible >>> 0).toString(16)} and 0x${(compatible >>> 0).toString(16)}`
    throw new ImageRefused(`it has the unknown features ${flags}`)
  }
  if (block.readUInt8(12) !== blockBits) throw new ImageRefused('its block size is not 4 KiB')
  if (block.readUInt16LE(86) !== 0) throw new ImageRefused('it needs further devices')
  if (block.readUInt8(90) !== 0) throw new ImageRefused('its directories have a different block size')
  if (block.readUInt32LE(36) * 2 ** blockBits !== imageBytes) throw new ImageRefused('it is cut off or too long')
}
