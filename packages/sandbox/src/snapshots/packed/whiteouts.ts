import { BLOCK } from '../../source/tar-header.ts'

/** Prefix of an OCI layer entry that removes the file named by the rest of its name. */
const prefix = '.wh.'
/** Name of an entry that empties its directory. */
const opaque = '.wh..opq'

export type Whiteout = { readonly removed: string } | { readonly emptied: string }

/**
 * Returns whether a layer cannot contain a file of this name. Names are latin1, one character per
 * byte.
 */
export function isReserved(name: string): boolean {
  return name.startsWith(prefix)
}

/**
 * Returns the whiteout that a layer's entry represents; undefined if the entry is an ordinary file.
 */
export function readWhiteout(path: string): Whiteout | undefined {
  const cut = path.lastIndexOf('/') + 1
  const [directory, name] = [path.slice(0, Math.max(0, cut - 1)), path.slice(cut)]
  if (!isReserved(name)) return undefined
  const rest = name.slice(prefix.length)
  if (rest === opaque) return { emptied: directory }
  // Similar names are metadata of other programs.
  if (['', '.', '..'].includes(rest) || isReserved(rest)) throw new Error(`${JSON.stringify(name)} is not a whiteout`)
  return { removed: path.slice(0, cut) + rest }
}

/**
 * Returns the entry that removes a path. Built here because libraries write names as UTF-8, and
 * file names need not be UTF-8.
 */
export function whiteoutEntry(path: string): Buffer {
  const cut = path.lastIndexOf('/') + 1
  const name = `${path.slice(0, cut)}${prefix}${path.slice(cut)}`
  const record = paxRecord('path', name)
  const padding = Buffer.alloc((BLOCK - (record.length % BLOCK)) % BLOCK)
  return Buffer.concat([header('x', record.length), record, padding, header('0', 0)])
}

function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`
  let length = rest.length
  while (length !== String(length).length + rest.length) length = String(length).length + rest.length
  return Buffer.from(`${length}${rest}`, 'latin1')
}

/** Returns one header block. The real name is in the record before the block. */
function header(type: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const put = (text: string, at: number) => block.write(text, at, 'latin1')
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  put('whiteout', 0)
  put(octal(0o644, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(0, 11), 100)
  put(`        ${type}`, 148)
  put('ustar\x0000', 257)
  let sum = 0
  for (const byte of block) sum += byte
  put(`${octal(sum, 6)} `, 148)
  return block
}
