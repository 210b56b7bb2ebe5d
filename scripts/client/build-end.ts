import { setTimeout as sleep } from 'node:timers/promises'
import type { Api, Build, Job } from './api.ts'

const terminal: ReadonlySet<Build['state']> = new Set(['passed', 'failed', 'canceled'])

/** Whether the build is in a state that it never leaves by itself. */
export function isOver({ state }: Build): boolean {
  return terminal.has(state)
}

export interface Ended {
  readonly build: Build
  /** By step key. */
  readonly jobs: ReadonlyMap<string, Job>
}

/** Waits for the build's end; fails after `timeoutMs` with the state of every job. */
export async function buildEnd(api: Api, pipeline: string, number: number, timeoutMs = 300_000): Promise<Ended> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const build = await api.getBuild(pipeline, number)
    const isLate = Date.now() > deadline
    if (!isOver(build) && !isLate) {
      await sleep(100)
      continue
    }
    // Not with each look: those of a large build cost more than its steps.
    const jobs = await api.listJobs(pipeline, number)
    if (isOver(build)) return { build, jobs: new Map(jobs.map((job) => [job.step_key ?? job.id, job])) }
    const states = jobs.map((job) => `${job.step_key}: ${job.state}`).join(', ')
    throw new Error(`build #${number} is still ${build.state} after ${timeoutMs / 1000} s (${states})`)
  }
}
