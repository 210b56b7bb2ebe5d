/**
 * Finds the server name in the first bytes of a TLS connection (RFC 8446 4.1.2, RFC 6066 3). The
 * packages that do this want the message in one record, and bound neither its size nor their work.
 */

/** Tells what the bytes so far say. `none`: no TLS, or TLS without a usable name. */
export type Hello = { readonly kind: 'name'; readonly name: string } | { readonly kind: 'more' | 'none' }

/** The most bytes that a hello may have, records included. Clients of today send 2 KiB. */
export const largestHello = 32 * 1024

const handshakeRecord = 22
const messageHeader = 4
const clientHello = 1
const serverNameExtension = 0
const hostName = 0

const more: Hello = { kind: 'more' }
const none: Hello = { kind: 'none' }

/** Reads a ClientHello as it arrives, in records and segments of any size. Each byte costs once. */
export class HelloReader {
  #bytes = 0
  /** The header of the next record, as far as it has arrived. */
  #header: number[] = []
  #leftOfRecord = 0
  readonly #message = Buffer.alloc(largestHello)
  #length = 0

  /** Takes what has arrived. Call it as long as it says `more`. */
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

  /** Returns whether the header so far is that of a record of a handshake. */
  #beginsRecord(): boolean {
    const [type, version, , high = 0, low] = this.#header
    if (type !== handshakeRecord || (version ?? 3) !== 3) return false
    if (low === undefined) return true
    this.#leftOfRecord = high * 256 + low
    this.#header = []
    // A record without content is no part of a handshake.
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
      // A length leads out of the message.
      if (error instanceof RangeError) return none
      throw error
    }
  }
}

/** Reads vectors one after the other. A length that leads out of the bytes is a RangeError. */
class Vectors {
  #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isEmpty(): boolean {
    return this.#bytes.length === 0
  }

  take(length: number): Buffer {
    if (length > this.#bytes.length) throw new RangeError('a length leads out of the message')
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }

  number(bytes: 1 | 2): number {
    return this.take(bytes).readUIntBE(0, bytes)
  }

  /** @param lengthBytes of the length in front of it. */
  vector(lengthBytes: 1 | 2): Buffer {
    return this.take(this.number(lengthBytes))
  }
}

function nameIn(body: Buffer): string | undefined {
  const hello = new Vectors(body)
  // Version and random value, session, ciphers, compressions.
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
    // Two could be read differently by the server.
    if (found !== undefined) return undefined
    found = hostNameIn(content)
    if (found === undefined) return undefined
  }
  return found
}

/** Returns the only name of the list. RFC 6066 allows one of each type, and has one type. */
function hostNameIn(content: Buffer): string | undefined {
  const extension = new Vectors(content)
  const list = new Vectors(extension.vector(2))
  const type = list.number(1)
  const name = list.vector(2)
  return type === hostName && list.isEmpty && extension.isEmpty ? name.toString('latin1') : undefined
}
