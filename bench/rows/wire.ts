/**
 * Measures the overhead of the runners' wire for a lease: the same store, called in process and
 * over HTTP.
 */
import { createMemoryStore } from '../../packages/engine/src/index.ts'
import {
  localPort,
  newBuild,
  plainContext,
  remotePort,
  stepsOf,
} from '../../packages/wire/src/port-under-test.test-support.ts'
import { quantile, type Row, timeMs } from '../measure.ts'

const leases = 1_000

export const wireRows: readonly Row[] = [
  {
    what: 'lease over the wire',
    must: "the wire's part p50 <= 3 ms",
    async run() {
      const local = await measure(localPort)
      const remote = await measure(remotePort)
      const [near, far] = [quantile(local, 0.5), quantile(remote, 0.5)]
      const [slowNear, slowFar] = [quantile(local, 0.99), quantile(remote, 0.99)]
      return `p50 ${(far - near).toFixed(2)} ms, p99 ${(slowFar - slowNear).toFixed(2)} ms more than the ${near.toFixed(2)} ms in process (n=${leases})`
    },
  },
]

/** Returns the time of each lease of a ready job. */
async function measure(open: typeof localPort | typeof remotePort): Promise<readonly number[]> {
  const store = createMemoryStore()
  const under = await open({
    store,
    submit: async (created, context) => store.builds.submit(created, context),
    close: () => store.close(),
  })
  const port = under.port('bench')
  const { signal } = new AbortController()
  const took: number[] = []
  for (let count = 0; count < leases + 100; count++) {
    await under.submit(newBuild(stepsOf(1), store.now()), plainContext)
    const ms = await timeMs(() => port.lease({ runner: 'bench', slots: 1, waitMs: 0, signal }))
    // Skips the first leases, during which code is compiled.
    if (count >= 100) took.push(ms)
  }
  await under.close()
  return took
}
