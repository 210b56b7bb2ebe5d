/**
 * Makes headers of a pax archive. Libraries take names as text, which damages names that are not
 * UTF-8. A name that is too long for its field, or not ASCII, goes into a pax record byte for byte.
 */

import { isUtf8 } from 'node:buffer'

const block = 512
const longestName = 100
const largestSize = 8 ** 11 - 1

export interface TarFields {
  readonly path: Buffer
  readonly kind: 'file' | 'link'
  readonly mode: number
  /** Number of bytes that follow the header. */
  readonly size: number
  readonly mtimeMs: number
  /** The target of a link. */
  readonly target?: Buffer
}

/** Returns the blocks that begin an entry. The content follows them, padded to 512 bytes. */
export function tarHeader({ path, kind, mode, size, mtimeMs, target = Buffer.alloc(0) }: TarFields): Buffer {
  const records = [
    ...(isUtf8(path) && isUtf8(target) ? [] : [record('hdrcharset', Buffer.from('BINARY'))]),
    ...(fits(path) ? [] : [record('path', path)]),
    ...(fits(target) ? [] : [record('linkpath', target)]),
    ...(size > largestSize ? [record('size', Buffer.from(String(size)))] : []),
  ]
  const flag = kind === 'link' ? '2' : '0'
  const header = ustar({ name: path, target, mode, size: size > largestSize ? 0 : size, mtimeMs, flag })
  if (records.length === 0) return header
  const extension = Buffer.concat(records)
  const name = Buffer.from('PaxHeader')
  const before = ustar({ name, target: Buffer.alloc(0), mode: 0o644, size: extension.length, mtimeMs, flag: 'x' })
  return Buffer.concat([before, extension, padding(extension.length), header])
}

/** Returns the padding of the last block after `size` bytes. */
export function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block)
}

/** The two empty blocks that end an archive. */
export const endOfArchive: Buffer = Buffer.alloc(2 * block)

function fits(name: Buffer): boolean {
  return name.length <= longestName && name.every((byte) => byte < 0x80)
}

function record(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3
  // The length includes its own digits, which may add another digit.
  const length = rest + String(rest + String(rest).length).length
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')])
}

interface Ustar {
  readonly name: Buffer
  readonly target: Buffer
  readonly mode: number
  readonly size: number
  readonly mtimeMs: number
  readonly flag: string
}

function ustar({ name, target, mode, size, mtimeMs, flag }: Ustar): Buffer {
  const header = Buffer.alloc(block)
  name.copy(header, 0, 0, longestName)
  header.write(octal(mode, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(size, 11), 124)
  // Times before 1970 or after 2242 do not fit and are clamped.
  header.write(octal(Math.min(Math.max(0, Math.floor(mtimeMs / 1000)), largestSize), 11), 136)
  header.fill(' ', 148, 156)
  header.write(flag, 156)
  target.copy(header, 157, 0, longestName)
  header.write('ustar\x0000', 257)
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
  )
  return header
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
