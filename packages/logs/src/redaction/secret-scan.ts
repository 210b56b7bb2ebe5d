import { Automaton, type Found } from './automaton.ts'
import { Base64Scan, beginningLetters } from './base64-scan.ts'
import { beginningsOf, EscapedScan } from './escaped-scan.ts'
import type { SecretTexts } from './secret-texts.ts'

/** Finds secrets in a text that comes in pieces. */
export interface SecretScan {
  /** Scans the next piece. Returns the secrets that end in it, in ascending order. */
  scan(bytes: Uint8Array): readonly Found[]
  /** Number of bytes at the end of the scanned text that may begin a secret. */
  readonly held: number
}

/** Returns a factory of scans for these texts. */
export async function secretScans({ plain, base64 }: SecretTexts): Promise<() => SecretScan> {
  const begins = beginningsOf(plain)
  const forPlain = await Automaton.of(plain)
  const isSame = plain.length === base64.length && plain.every((piece, index) => base64[index]?.equals(piece))
  const forBase64 = isSame ? forPlain : await Automaton.of(base64)
  const letters = beginningLetters(forBase64)
  return () => {
    const scans = [new EscapedScan(forPlain, begins), new Base64Scan(forBase64, letters)]
    return {
      scan(bytes) {
        const found: Found[] = []
        for (const scan of scans) scan.scan(bytes, found)
        return joined(found.sort((a, b) => a.end - b.end))
      },
      get held() {
        return Math.max(...scans.map((scan) => scan.held))
      },
    }
  }
}

/** Joins overlapping matches. */
function joined(found: readonly Found[]): readonly Found[] {
  const all: Found[] = []
  let last: Found | undefined
  for (const { end, length } of found) {
    const from = end - length
    if (last === undefined || from >= last.end) last = { end, length }
    else {
      all.pop()
      last = { end, length: end - Math.min(from, last.end - last.length) }
    }
    all.push(last)
  }
  return all
}
