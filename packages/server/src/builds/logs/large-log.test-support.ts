/** Generates logs with appends large enough to be stored as segments. */
import type { Chunk } from '@harmont/logs'
import { random } from './generated-log.test-support.ts'

/**
 * Generates chunks of various sizes, streams and bytes that together are large enough for a
 * segment.
 */
export function largePart(firstSeq: number, seed: number, size = 700_000): Chunk[] {
  const below = random(seed)
  const chunks: Chunk[] = []
  for (let bytes = 0; bytes < size; bytes += chunks.at(-1)?.content.length ?? 0) {
    const content = Buffer.alloc(below(9) === 0 ? 32_768 : below(3_000), `${below(1_000)} é\u0000\n`)
    if (below(20) === 0) content.fill(0xff, 0, 7)
    const ts = below(10) === 0 ? null : 1_750_000_000_000_000_000n + BigInt(below(1_000_000_000))
    chunks.push({ seq: firstSeq + chunks.length, kind: below(8) === 0 ? 2 : below(4) === 0 ? 1 : 0, content, ts })
  }
  return chunks
}

export const small = (seq: number, text: string): Chunk => ({ seq, kind: 0, content: Buffer.from(text), ts: null })

export const ofOutput = (chunks: readonly Chunk[]) =>
  Buffer.concat(chunks.filter(({ kind }) => kind !== 2).map(({ content }) => content))
