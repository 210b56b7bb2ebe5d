import { isUtf8 } from 'node:buffer'
import type { Chunk } from './chunk.ts'

/**
 * A chunk as JSON text, as the log stream sends it (`http.md` 8.2): `{"seq","stream_kind","content","ts"}`. Text and not an object, because `ts` in
 * nanoseconds is beyond what a double holds exactly. Bytes that are not UTF-8 are U+FFFD in `content` and exact in `content_b64`.
 */
export function chunkJson({ seq, kind, content, ts }: Chunk): string {
  const exact = isUtf8(content) ? '' : `,"content_b64":"${content.toString('base64')}"`
  return `{"seq":${seq},"stream_kind":${kind},"content":${JSON.stringify(content.toString('utf8'))},"ts":${ts ?? 'null'}${exact}}`
}
