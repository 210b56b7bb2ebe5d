import { ImageRefused } from './image-limits.ts'

const BLOCK = 512
/** File systems allocate whole blocks. */
const DISK_BLOCK = 4096
/** The maximum length of names and attributes in Go's reader, in bytes. */
const LONGEST_SPECIAL = 1024 * 1024
const SPARSE = Buffer.from('GNU.sparse.')
/** Key of a pax header that overrides the header's size. */
const SIZE = Buffer.from(' size=')
const SLASH = 0x2f

/** Disk space: bytes and inodes. */
export interface Extent {
  readonly bytes: number
  readonly entries: number
}

/**
 * Measures the maximum disk space that unpacking a tar stream can take, with any reader. Each block
 * that can be a header counts as one, wherever it is. Throws for a sparse file, whose size on disk
 * is not bounded by the stream. An ordinary file may contain an archive of sparse files, as Go's
 * own sources do.
 */
export class TarMeter {
  #rest = Buffer.alloc(0)
  #streamBytes = 0
  #headers = 0
  #folders = 0
  #path = '/'
  /** Number of following bytes that may be long names or attributes. */
  #special = 0
  #carry = Buffer.alloc(0)
  /** False once readers may disagree about the position of the next header. */
  #isPlain = true
  /** Remaining blocks of the current entry, and whether it is a file. */
  #body = { blocks: 0, isFile: false }

  get extent(): Extent {
    return { bytes: this.#streamBytes + this.#headers * DISK_BLOCK, entries: this.#headers + this.#folders }
  }

  add(chunk: Buffer): void {
    this.#streamBytes += chunk.length
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const end = bytes.length - (bytes.length % BLOCK)
    for (let start = 0; start < end; start += BLOCK) this.#block(bytes.subarray(start, start + BLOCK))
    this.#rest = Buffer.from(bytes.subarray(end))
  }

  #block(block: Buffer): void {
    const isInFile = this.#isPlain && this.#body.blocks > 0 && this.#body.isFile
    if (this.#special > 0) this.#specialBlock(block, isInFile)
    const isAnyHeader = isHeader(block)
    if (this.#isPlain) this.#follow(block, isAnyHeader)
    if (!isAnyHeader) return
    const type = String.fromCharCode(block[156] ?? 0)
    if (type === 'S' && !isInFile) throw hasHoles()
    this.#headers += 1
    const path = `${textOf(block, 345, 155)}/${textOf(block, 0, 100)}`
    this.#folders += foldersBelow(this.#path, path)
    this.#path = path
    if ('xgLK'.includes(type)) this.#special = Math.max(this.#special, specialSize(block))
  }

  /** Advances to the next header, as every reader does, as long as all readers must agree. */
  #follow(block: Buffer, isAnyHeader: boolean): void {
    if (this.#body.blocks > 0) {
      this.#body.blocks -= 1
      return
    }
    const type = String.fromCharCode(block[156] ?? 0)
    const size = /^[ \0]*([0-7]+)[ \0]*$/.exec(block.toString('latin1', 124, 136))?.[1]
    const bytes = size === undefined ? undefined : Number.parseInt(size, 8)
    const hasBody = '0xLK'.includes(type)
    this.#isPlain = isAnyHeader && bytes !== undefined && (hasBody || ('123456'.includes(type) && bytes === 0))
    this.#body = { blocks: hasBody ? Math.ceil((bytes ?? 0) / BLOCK) : 0, isFile: type === '0' }
  }

  #specialBlock(block: Buffer, isInFile: boolean): void {
    this.#special -= BLOCK
    for (const byte of block) if (byte === SLASH) this.#folders += 1
    const text = Buffer.concat([this.#carry, block])
    if (text.includes(SPARSE) && !isInFile) throw hasHoles()
    if (text.includes(SIZE) && !isInFile) this.#isPlain = false
    this.#carry = text.subarray(text.length - SPARSE.length + 1)
  }
}

function hasHoles(): ImageRefused {
  return new ImageRefused('it has a sparse file, whose size on disk is unknown')
}

/** Counts the folders that `path` may need in addition to those of `before`. */
function foldersBelow(before: string, path: string): number {
  let folders = 0
  let isSame = true
  for (let at = 0; at < path.length; at += 1) {
    isSame &&= path[at] === before[at]
    if (path[at] === '/' && !isSame) folders += 1
  }
  return folders
}

/**
 * Returns whether a block can be a header, which contains the sum of its bytes. Readers also accept
 * the sum of signed bytes.
 */
function isHeader(block: Buffer): boolean {
  const wanted = octal(block, 148, 8)
  if (wanted === undefined) return false
  let [sum, signed] = [0, 0]
  for (let at = 0; at < BLOCK; at += 1) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0)
    sum += byte
    signed += byte < 0x80 ? byte : byte - 0x100
  }
  return wanted === sum || wanted === signed
}

/** Returns 0 for a blank field; undefined if the field does not start with a digit. */
function octal(block: Buffer, start: number, length: number): number | undefined {
  const text = block.toString('latin1', start, start + length).replace(/^[ \0]+/, '')
  if (text === '') return 0
  const digits = /^[0-7]+/.exec(text)?.[0]
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}

function specialSize(block: Buffer): number {
  return Math.min(octal(block, 124, 12) ?? LONGEST_SPECIAL, LONGEST_SPECIAL)
}

function textOf(block: Buffer, start: number, length: number): string {
  return block.toString('latin1', start, start + length).replace(/\0.*$/s, '')
}
