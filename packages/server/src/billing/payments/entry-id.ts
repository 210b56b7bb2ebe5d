import { createHash } from 'node:crypto'

/** The ledger's id of what Stripe has under this name: a UUID of version 8 (RFC 9562, 5.8), where what is in it is ours to say. The ledger cannot have it twice. */
export function entryId(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
