/** Selects the texts to search for. */
import { longestPattern } from './automaton.ts'

/** A shorter value occurs by chance and is easily guessed. */
const leastBytes = 4
/** Shorter lines of a secret, such as `}` and `EOF`, often occur elsewhere. */
const leastLineBytes = 8
/**
 * Longer texts are searched in overlapping pieces, so that at most one piece is held back as a
 * possible beginning.
 */
const pieceBytes = longestPattern
/** Overlap that merges the masks of adjacent pieces. */
const overlapBytes = 8

/** Maximum total bytes of the secrets of one build, which bounds the memory of the automaton. */
export const MAX_SECRET_BYTES = 256 * 1024

/** Thrown if the secrets of a build are too long to be masked. */
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

/** Texts to search for, each once. */
export interface SecretTexts {
  /** Texts searched plain and escaped. */
  readonly plain: readonly Buffer[]
  /** Searched in Base64. */
  readonly base64: readonly Buffer[]
}

/**
 * Returns the texts of every secret that is long enough: whole, trimmed, and by line. `tokens` do
 * not count against the limit. Throws `SecretsTooLong`.
 */
export function secretTexts(secrets: readonly string[], tokens: readonly string[] = []): SecretTexts {
  if (secrets.reduce((sum, secret) => sum + Buffer.byteLength(secret), 0) > MAX_SECRET_BYTES) throw new SecretsTooLong()
  const plain = new Set<string>()
  const base64 = new Set<string>()
  for (const secret of [...secrets, ...tokens].filter(isMaskable)) {
    const lines = secret.split(/[\r\n]+/).map((line) => line.trim())
    const long = lines.filter((line) => Buffer.byteLength(line) >= leastLineBytes)
    // The lines of a 40-line key suffice: with all of them masked, only white space is left.
    const isAllLong =
      lines.length > 1 && lines.every((line) => line === '' || Buffer.byteLength(line) >= leastLineBytes)
    const all = [secret, secret.trim()].filter(isMaskable).concat(long).flatMap(pieces)
    for (const piece of all) base64.add(piece)
    for (const piece of isAllLong ? long.flatMap(pieces) : all) plain.add(piece)
  }
  return { plain: [...plain].map(toBytes), base64: [...base64].map(toBytes) }
}

/** Pieces have one character per byte, so that equal ones coincide. */
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
