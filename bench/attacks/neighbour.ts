/** Measures the latencies of a tenant that reads builds and runs one step after another. */
import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, timeMs } from '../measure.ts'
import type { Tenant } from './tenants.ts'

export interface Noticed {
  readonly requests: readonly number[]
  /** Milliseconds from the creation of a build to its end. */
  readonly steps: readonly number[]
  readonly failures: readonly string[]
}

/** Works for this long, and until the current step ends. */
export async function work({ api, submit, end }: Tenant, seconds: number): Promise<Noticed> {
  const until = performance.now() + seconds * 1000
  const [requests, steps, failures]: [number[], number[], string[]] = [[], [], []]
  const goOn = () => performance.now() < until
  const guarded = async (action: () => Promise<void>) => {
    try {
      await action()
    } catch (error) {
      failures.push(error instanceof Error ? `${error.message} ${error.cause ?? ''}` : String(error))
    }
  }
  const read = async () => {
    while (goOn()) {
      await guarded(async () => void requests.push(await timeMs(() => api.listBuilds('p'))))
      await sleep(30)
    }
  }
  const build = async () => {
    do {
      await guarded(async () => {
        const { build } = await end(await submit([{ key: 'only', cmd: 'true' }]))
        if (build.state !== 'passed') throw new Error(`a step ended ${build.state}`)
        steps.push(Date.parse(build.finished_at ?? '') - Date.parse(build.created_at))
      })
      await sleep(400)
    } while (goOn())
  }
  await Promise.all([read(), build()])
  return { requests, steps, failures }
}

export const p99 = (samples: readonly number[]) => Math.round(quantile(samples, 0.99))
