/** The texts that are looked for, because they tell a secret. */
import { longestPattern } from './automaton.ts'

/** A shorter value would be found where it is not meant, and hides nothing that could not be guessed. */
const leastBytes = 4
/** A shorter line of a longer secret is too often something else: `}`, `EOF`. */
const leastLineBytes = 8
/** Longer texts are looked for in overlapping pieces: no more than one has to be held back of what may be the beginning of it. */
const pieceBytes = longestPattern
/** Together with the piece before it a piece is one mask. */
const overlapBytes = 8

/** The secrets of one build may have so many bytes together: what a log is searched for takes memory for each of them. */
export const MAX_SECRET_BYTES = 256 * 1024

/** The secrets of a build are too long to be masked. */
export class SecretsTooLong extends Error {
  override readonly name = 'SecretsTooLong'
  constructor() {
    super(
      `The secrets of this build exceed ${MAX_SECRET_BYTES / 1024} KiB together, the most that can be masked in a log. Keep large files elsewhere, or encrypt them in the repository and keep only the key as a secret.`,
    )
  }
}

/** Whether a secret is long enough to be masked. */
export function isMaskable(secret: string): boolean {
  return Buffer.byteLength(secret) >= leastBytes
}

/** Pieces of texts, each once. */
export interface SecretTexts {
  /** Looked for as they are and escaped. */
  readonly plain: readonly Buffer[]
  /** Looked for in Base64. */
  readonly base64: readonly Buffer[]
}

/** Every secret that is long enough, what is left without white space around it, and its lines. Throws `SecretsTooLong`. */
export function secretTexts(secrets: readonly string[]): SecretTexts {
  if (secrets.reduce((sum, secret) => sum + Buffer.byteLength(secret), 0) > MAX_SECRET_BYTES) throw new SecretsTooLong()
  const plain = new Set<string>()
  const base64 = new Set<string>()
  for (const secret of secrets.filter(isMaskable)) {
    const lines = secret.split(/[\r\n]+/).map((line) => line.trim())
    const long = lines.filter((line) => Buffer.byteLength(line) >= leastLineBytes)
    // A key of 40 lines: with all of them masked, what is left of the whole is white space.
    const isAllLong =
      lines.length > 1 && lines.every((line) => line === '' || Buffer.byteLength(line) >= leastLineBytes)
    const all = [secret, secret.trim()].filter(isMaskable).concat(long).flatMap(pieces)
    for (const piece of all) base64.add(piece)
    for (const piece of isAllLong ? long.flatMap(pieces) : all) plain.add(piece)
  }
  return { plain: [...plain].map(toBytes), base64: [...base64].map(toBytes) }
}

/** One character a byte, so that equal ones are found. */
function pieces(text: string): readonly string[] {
  const bytes = Buffer.from(text).toString('latin1')
  if (bytes.length <= pieceBytes) return [bytes]
  const found: string[] = []
  for (let at = 0; at + pieceBytes < bytes.length; at += pieceBytes - overlapBytes)
    found.push(bytes.slice(at, at + pieceBytes))
  return [...found, bytes.slice(-pieceBytes)]
}

function toBytes(piece: string): Buffer {
  return Buffer.from(piece, 'latin1')
}
