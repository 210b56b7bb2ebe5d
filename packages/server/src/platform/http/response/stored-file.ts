import { createHash } from 'node:crypto'
import { chooseEncoding, type Encoding } from './compression.ts'
import type { PageRequest, WholeAnswer } from './pages.ts'

/** A file served from memory. */
export interface StoredFile {
  /** The value of `content-type`. */
  readonly type: string
  readonly bytes: Buffer
  /** The precompressed bytes by encoding. */
  readonly encoded: ReadonlyMap<Encoding, Buffer>
  readonly digest: string
}

/** Prepares a file for `answerFile`. */
export function storeFile(type: string, bytes: Buffer, encoded: ReadonlyMap<Encoding, Buffer> = new Map()): StoredFile {
  return { type, bytes, encoded, digest: createHash('sha256').update(bytes).digest('base64url').slice(0, 22) }
}

/** Serves a file in the best encoding that the client accepts, or 304 if the client has it. */
export function answerFile(
  { type, bytes, encoded, digest }: StoredFile,
  request: PageRequest,
  headers: Readonly<Record<string, string>>,
): WholeAnswer {
  const encoding = chooseEncoding(request.headers['accept-encoding'], [...encoded.keys()])
  // Each encoding has its own tag, but a client with any of the tags has the file.
  const etag = `"${digest}${encoding === null ? '' : `-${encoding}`}"`
  const common = { ...headers, etag, vary: 'Origin, Accept-Encoding' }
  if (knows(request.headers['if-none-match'], digest)) return { status: 304, headers: common, body: '' }
  return {
    status: 200,
    headers: { ...common, 'content-type': type, ...(encoding === null ? {} : { 'content-encoding': encoding }) },
    body: (encoding === null ? undefined : encoded.get(encoding)) ?? bytes,
  }
}

function knows(header: string | undefined, digest: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return tags.some((tag) => tag === '*' || tag === `"${digest}"` || tag.startsWith(`"${digest}-`))
}
