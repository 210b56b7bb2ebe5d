import type { FastifyReply, FastifyRequest } from 'fastify'
import { chooseEncoding, compressQuickly } from './content-encoding.ts'

/** Below this many characters an answer fits into a packet or two as it is. */
const smallest = 1024

/**
 * Compresses a JSON answer where that is worth it and the client says that it can read it; a hook of routes, for what has been
 * serialised. Streams, bytes and their ranges are left as they are.
 *
 * How long a compressed answer is tells who watches the wire something about it, once the same answer holds a secret and a text of the
 * watcher's choice (BREACH). So only successful reads are compressed. They hold no secrets: a key, a link, a code or a log's token is
 * shown once, in the answer to a change or in one below `smallest`; the mailbox of a local server never leaves its machine; the CSRF
 * token is a cookie and in no body. And they repeat nothing of the request: what does are errors.
 */
export async function compressAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (typeof payload !== 'string' || payload.length < smallest || !isRead || reply.statusCode !== 200) return payload
  reply.header('vary', 'Origin, Accept-Encoding')
  const encoding = chooseEncoding(request.headers['accept-encoding'], ['br', 'gzip'])
  if (encoding === null) return payload
  // The tag of a sequence of bytes must be weak where it is that of several.
  const etag = reply.getHeader('etag')
  if (typeof etag === 'string' && !etag.startsWith('W/')) reply.header('etag', `W/${etag}`)
  reply.header('content-encoding', encoding)
  return compressQuickly(payload, encoding)
}
