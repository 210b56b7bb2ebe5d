/** The bytes without the beginning of a UTF-8 character at their end. */
export function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back < bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) !== 0x80) return byte >= 0xc0 ? bytes.subarray(0, -back) : bytes
  }
  return bytes
}
