/**
 * Finds the server name in the first bytes of a TLS connection (RFC 8446 4.1.2, RFC 6066 3).
 * Existing packages expect the message in one record, and limit neither its size nor their work.
 */

/** The result for the bytes so far. `none`: no TLS, or TLS without a usable name. */
export type Hello = { readonly kind: 'name'; readonly name: string } | { readonly kind: 'more' | 'none' }

/** Maximum size of a hello in bytes, including records. Current clients send 2 KiB. */
export const largestHello = 32 * 1024

const handshakeRecord = 22
const messageHeader = 4
const clientHello = 1
const serverNameExtension = 0
const hostName = 0

const more: Hello = { kind: 'more' }
const none: Hello = { kind: 'none' }

/**
 * Reads a ClientHello as it arrives, in records and segments of any size. Processes each byte once.
 */
export class HelloReader {
  #bytes = 0
  /** The header of the next record, as far as it has arrived. */
  #header: number[] = []
  #leftOfRecord = 0
  readonly #message = Buffer.alloc(largestHello)
  #length = 0

  /** Processes a received chunk. Call it as long as the result is `more`. */
  push(chunk: Buffer): Hello {
    this.#bytes += chunk.length
    let rest = chunk
    while (rest.length > 0) {
      if (this.#leftOfRecord === 0) {
        this.#header.push(rest[0] ?? 0)
        rest = rest.subarray(1)
        if (!this.#beginsRecord()) return none
        continue
      }
      const content = rest.subarray(0, this.#leftOfRecord)
      this.#length += content.copy(this.#message, this.#length)
      this.#leftOfRecord -= content.length
      rest = rest.subarray(content.length)
      const hello = this.#read()
      if (hello !== more) return hello
    }
    return this.#bytes >= largestHello ? none : more
  }

  /** Returns whether the header so far can begin a handshake record. */
  #beginsRecord(): boolean {
    const [type, version, , high = 0, low] = this.#header
    if (type !== handshakeRecord || (version ?? 3) !== 3) return false
    if (low === undefined) return true
    this.#leftOfRecord = high * 256 + low
    this.#header = []
    // An empty record cannot belong to a handshake.
    return this.#leftOfRecord > 0
  }

  #read(): Hello {
    const message = this.#message.subarray(0, this.#length)
    if (message.length > 0 && message[0] !== clientHello) return none
    if (message.length < messageHeader) return more
    const length = message.readUIntBE(1, 3)
    if (length > largestHello - messageHeader) return none
    if (message.length < messageHeader + length) return this.#bytes >= largestHello ? none : more
    try {
      const name = nameIn(message.subarray(messageHeader, messageHeader + length))
      return name === undefined ? none : { kind: 'name', name }
    } catch (error) {
      // A length exceeds the message.
      if (error instanceof RangeError) return none
      throw error
    }
  }
}

/** Reads vectors in sequence. Throws RangeError if a length exceeds the remaining bytes. */
class Vectors {
  #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isEmpty(): boolean {
    return this.#bytes.length === 0
  }

  take(length: number): Buffer {
    if (length > this.#bytes.length) throw new RangeError('a length exceeds the message')
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }

  number(bytes: 1 | 2): number {
    return this.take(bytes).readUIntBE(0, bytes)
  }

  /** @param lengthBytes size of the length field before the vector. */
  vector(lengthBytes: 1 | 2): Buffer {
    return this.take(this.number(lengthBytes))
  }
}

function nameIn(body: Buffer): string | undefined {
  const hello = new Vectors(body)
  // Skips version and random value, session, ciphers, compressions.
  hello.take(2 + 32)
  hello.vector(1)
  hello.vector(2)
  hello.vector(1)
  if (hello.isEmpty) return undefined
  const extensions = new Vectors(hello.vector(2))
  let found: string | undefined
  while (!extensions.isEmpty) {
    const type = extensions.number(2)
    const content = extensions.vector(2)
    if (type !== serverNameExtension) continue
    // With two extensions, the server could use the other one.
    if (found !== undefined) return undefined
    found = hostNameIn(content)
    if (found === undefined) return undefined
  }
  return found
}

/**
 * Returns the only name of the list. RFC 6066 allows one name of each type, and defines one type.
 */
function hostNameIn(content: Buffer): string | undefined {
  const extension = new Vectors(content)
  const list = new Vectors(extension.vector(2))
  const type = list.number(1)
  const name = list.vector(2)
  return type === hostName && list.isEmpty && extension.isEmpty ? name.toString('latin1') : undefined
}
