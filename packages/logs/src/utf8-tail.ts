/**
 * Returns the number of bytes (0 to 3) of an incomplete UTF-8 sequence at the end. Bytes that can
 * never become a character (a stray continuation byte, an overlong or out-of-range lead) count as
 * complete. RFC 3629, section 4.
 */
export function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const lead = bytes[bytes.length - back] ?? 0
    if (isContinuation(lead)) continue
    const wants = sequenceLength(lead)
    return wants > back && secondFits(lead, back > 1 ? bytes[bytes.length - back + 1] : undefined) ? back : 0
  }
  return 0
}

const isContinuation = (byte: number) => (byte & 0xc0) === 0x80

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2
  if (lead >= 0xe0 && lead <= 0xef) return 3
  if (lead >= 0xf0 && lead <= 0xf4) return 4
  return 1
}

/**
 * Some lead bytes restrict the next byte: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
function secondFits(lead: number, second: number | undefined): boolean {
  if (second === undefined) return true
  if (lead === 0xe0) return second >= 0xa0
  if (lead === 0xed) return second <= 0x9f
  if (lead === 0xf0) return second >= 0x90
  if (lead === 0xf4) return second <= 0x8f
  return true
}
