import type { BytePath } from './manifest.ts'

export const BLOCK = 512

export interface TarHeader {
  readonly name: BytePath
  readonly linkName: BytePath
  readonly mode: number
  readonly size: number
  /** The type flag as a character; `0` also for the older notations of a file. */
  readonly type: string
}

/** Parses a header block in ustar, GNU or old format. Throws if the checksum is wrong. */
export function parseHeader(block: Buffer): TarHeader {
  let sum = 0
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0)
  if (sum !== number(block, 148, 8))
    throw new Error('it is damaged or not a tar archive: a header has a wrong checksum')
  // GNU's magic `ustar ` uses the prefix field for other data.
  const hasPrefix = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = hasPrefix ? text(block, 345, 155) : ''
  const name = text(block, 0, 100)
  const flag = block.toString('latin1', 156, 157)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: text(block, 157, 100),
    mode: number(block, 100, 8),
    size: number(block, 124, 12),
    type: flag === '\0' ? (name.endsWith('/') ? '5' : '0') : flag,
  }
}

/**
 * Parses records `LENGTH KEY=VALUE
 * ` of a pax header, with values as bytes.
 */
export function parsePax(bytes: Buffer): ReadonlyMap<string, BytePath> {
  const records = new Map<string, BytePath>()
  let rest = bytes.toString('latin1')
  while (rest !== '') {
    const length = Number(/^([1-9]\d{0,8}) /.exec(rest)?.[1])
    const record = rest.slice(0, length)
    const match = /^\d+ ([^=]+)=(.*)\n$/s.exec(record)
    if (record.length !== length || match === null) throw new Error('a pax header is damaged')
    records.set(match[1] ?? '', match[2] ?? '')
    rest = rest.slice(length)
  }
  return records
}

function text(block: Buffer, start: number, length: number): BytePath {
  const field = block.toString('latin1', start, start + length)
  const end = field.indexOf('\0')
  return end < 0 ? field : field.slice(0, end)
}

/** Parses octal digits, or GNU's base-256 form of large sizes. */
function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0
  if (first === 0x80) return safe(BigInt(`0x${block.toString('hex', start + 1, start + length)}`))
  const digits = text(block, start, length).trim()
  if (digits === '') return 0
  if (!/^[0-7]+$/.test(digits)) throw new Error('it is damaged or not a tar archive: a header has an invalid number')
  return Number.parseInt(digits, 8)
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('a size in a header is out of range')
  return Number(value)
}
