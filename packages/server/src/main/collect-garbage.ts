import { Session } from 'node:inspector/promises'

/**
 * Gives back the memory that starting took. V8 collects only when more is asked for, and an idle server asks for nothing: it would hold some 40 MiB of
 * garbage and empty young generation for good. A smaller young generation (`--max-semi-space-size`, which only the command line can set) saves less, and binds a
 * busy server too.
 */
export async function collectGarbage(): Promise<void> {
  const session = new Session()
  session.connect()
  await session.post('HeapProfiler.collectGarbage')
  session.disconnect()
}
