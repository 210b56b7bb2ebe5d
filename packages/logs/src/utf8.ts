/**
 * Length of the longest part of `bytes` before `end` that does not end within a character. Bytes that cannot begin or go on a UTF-8
 * sequence are no character: the cut may lie anywhere among them.
 */
export function wholeCharacters(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back] ?? 0
    if (isContinuation(byte)) continue
    return lengthFromLead(byte) > back && (back === 1 || mayFollow(byte, bytes[end - back + 1] ?? 0)) ? end - back : end
  }
  return end
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

function lengthFromLead(byte: number): number {
  if (byte >= 0xc2 && byte <= 0xdf) return 2
  if (byte >= 0xe0 && byte <= 0xef) return 3
  if (byte >= 0xf0 && byte <= 0xf4) return 4
  return 1
}

/** Whether a second byte makes neither an overlong form, a surrogate, nor something beyond U+10FFFF. */
function mayFollow(lead: number, second: number): boolean {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0
    case 0xed:
      return second <= 0x9f
    case 0xf0:
      return second >= 0x90
    case 0xf4:
      return second <= 0x8f
    default:
      return true
  }
}
