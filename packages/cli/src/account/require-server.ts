import { type CloudClient, CloudError } from '@harmont/cloud'
import { exits, HmError } from '../errors.ts'

/** Throws exit 4 unless somebody answers there within this time. Signing in waits for a person: first it is seen that the server is there. */
export async function requireServer(client: CloudClient, stop: AbortSignal, limitMs = 3000): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  try {
    const health = await client.getHealth({}, { signal: AbortSignal.any([stop, limit]), attempts: 1 })
    await health.body?.cancel()
  } catch (error) {
    stop.throwIfAborted()
    if (limit.aborted)
      throw new HmError(exits.unavailable, 'no_answer', `${client.baseUrl} did not answer within ${limitMs / 1000} s`, {
        fix: 'check the address with hm config list, or pass --api-url',
        cause: error,
      })
    // A server that is not ready, or that has no such operation, is there.
    if (!(error instanceof CloudError) || error.status === 0) throw error
  }
}
