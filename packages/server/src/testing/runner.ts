/** Simulates a runner: leases, logs and ends jobs in the engine's store, without a sandbox. */
import { type AppendRequest, noOutput, type Outcome, type StepOutput } from '@harmont/engine'
import { planAppended } from '@harmont/ir'
import type { TestServer } from './server.ts'

export interface PlayedJob {
  readonly id: string
  readonly buildId: string
  /** Appends a chunk to the log for each text; on stdout by default. */
  log(texts: readonly (string | Buffer)[], kind?: 0 | 1 | 2): Promise<void>
  /** Ends the job. `documents`: the steps that a generator appends. */
  end(
    outcome?: Partial<Extract<Outcome, { kind: 'exited' }>>,
    output?: Partial<StepOutput>,
    documents?: readonly string[],
  ): Promise<void>
}

/** Leases the next ready job and starts it. */
export async function playJob({ server }: TestServer): Promise<PlayedJob> {
  const { store } = server.engine
  // Uses the store's time, because the wall clock may be some milliseconds behind it.
  const [lease] = await store.leases.take('test-runner', 1, store.now())
  if (lease === undefined) throw new Error('no job is ready')
  const { jobId, buildId, fence } = lease
  await store.builds.apply(buildId, [{ type: 'started', job: jobId, fence, at: store.now() }])
  let seq = 0
  return {
    id: jobId,
    buildId,
    async log(texts, kind = 0) {
      const chunks = texts.map((text) => {
        seq += 1
        return { seq, kind, content: Buffer.from(text), ts: 1_750_000_000_000_000_000n + BigInt(seq) }
      })
      if (!(await store.logs.append({ jobId, fence }, chunks, `${seq}`))) throw new Error('the lease is lost')
    },
    async end(outcome = {}, left = {}, documents = undefined) {
      const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null, ...outcome } as const
      const ended = {
        type: 'ended',
        job: jobId,
        fence,
        at: store.now(),
        outcome: exited,
        ...appendsOf(documents),
      } as const
      await store.builds.apply(buildId, [ended], { jobId, output: { ...noOutput, ...left } })
    },
  }
}

function appendsOf(documents: readonly string[] | undefined): { readonly appends?: AppendRequest } {
  if (documents === undefined) return {}
  const planned = planAppended(documents.map((text, index) => ({ name: `${index}.json`, text })))
  if (!planned.ok) return { appends: { kind: 'unreadable', message: planned.error.message } }
  return { appends: { kind: 'steps', plan: planned.plan, conditions: planned.plan.steps.map(() => true) } }
}

/** Returns a flat IR with these steps. */
export function ir(...steps: readonly Readonly<Record<string, unknown>>[]): string {
  const typed = steps.map((step) => ({ type: 'command', ...step }))
  return JSON.stringify({ version: '0', default_image: 'host', steps: typed })
}
