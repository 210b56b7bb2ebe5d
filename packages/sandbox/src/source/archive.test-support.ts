import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'

export interface RawEntry {
  readonly name: string
  readonly type?: string
  readonly linkName?: string
  readonly mode?: number
  readonly content?: Buffer | string
  /** Present if it differs from the content's size. */
  readonly size?: number
}

/** Returns exactly these entries as a ustar archive, even invalid ones. Names are latin1. */
export function tarOf(entries: readonly RawEntry[], end = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...entries.map(rawEntry), end])
}

function rawEntry(entry: RawEntry): Buffer {
  const content = Buffer.from(entry.content ?? '')
  const header = Buffer.alloc(512)
  header.write(entry.name, 0, 100, 'latin1')
  header.write(`${(entry.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100)
  header.write('0000000\x000000000\0', 108)
  header.write(`${(entry.size ?? content.length).toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(entry.type ?? '0', 156)
  header.write(entry.linkName ?? '', 157, 100, 'latin1')
  header.write('ustar\x0000', 257)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}

/** One record of a pax header. */
export function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`, 'latin1')
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

export function requestFor(directory: string, bytes: Buffer) {
  return {
    archive: () => Readable.from([bytes]),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    directory,
  }
}

export function packed(entries: readonly RawEntry[]): Buffer {
  return gzipSync(tarOf(entries))
}
