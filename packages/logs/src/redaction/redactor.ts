import { type SecretScan, secretScans } from './secret-scan.ts'
import { secretTexts } from './secret-texts.ts'
import { StreamBuffer } from './stream-buffer.ts'

/** Finds the secrets of a build in texts. */
export interface Redactor {
  /** Returns a scan for another text. */
  newScan(): SecretScan
  /** Returns the text with `***` for each secret in it. */
  text(text: string): string
}

/**
 * Returns the redactor; null if no secret is long enough to be masked. `tokens` are masked like
 * secrets but do not count against their limit. Throws `SecretsTooLong`.
 */
export async function createRedactor(
  secrets: readonly string[],
  tokens: readonly string[] = [],
): Promise<Redactor | null> {
  const texts = secretTexts(secrets, tokens)
  if (texts.base64.length === 0) return null
  const newScan = await secretScans(texts)
  return {
    newScan,
    text(text) {
      const bytes = Buffer.from(text)
      const buffer = new StreamBuffer(newScan(), 0)
      const place = { offset: 0, counts: [0, 0] } as const
      buffer.push({ kind: 0, bytes, size: bytes.length, isMask: false, ts: 0n, at: 0, order: 0, from: 0, place })
      return Buffer.concat(buffer.ready('end').map((slice) => slice.bytes)).toString()
    },
  }
}
