/** Follows one build to its end, drawing as it goes: a tree that redraws itself on a terminal, a line per change elsewhere. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogUpdate } from 'log-update'
import type { Api, Build, Job } from '../client/api.ts'
import { isOver } from '../client/build-end.ts'
import { Tails } from './tails.ts'
import { changeLine, draw, type Picture, type StepShape } from './view.ts'

const pollMs = 250

export interface Watched {
  readonly build: Build
  readonly jobs: readonly Job[]
  readonly tails: Tails
}

export async function watchBuild(
  api: Api,
  pipeline: string,
  number: number,
  title: string,
  shapes: readonly StepShape[],
  out: NodeJS.WriteStream,
): Promise<Watched> {
  const tails = new Tails(api)
  const screen = out.isTTY ? createLogUpdate(out) : undefined
  const seen = new Map<string, string>()
  for (;;) {
    const [build, jobs] = await Promise.all([api.getBuild(pipeline, number), api.listJobs(pipeline, number)])
    const now = new Date()
    for (const job of jobs) if (job.state === 'running' || job.state === 'failed') tails.follow(job.id)
    const over = isOver(build) && jobs.every((job) => job.finished_at)
    const picture: Picture = { build, title, shapes, jobs, tails: tails.short((out.columns ?? 100) - 20), now }
    if (screen)
      screen(
        draw(picture)
          .slice(0, over ? undefined : (out.rows ?? 40) - 1)
          .join('\n'),
      )
    else printChanges(jobs, seen, now, out)
    if (over) {
      screen?.done()
      if (!screen) out.write(`${draw(picture).join('\n')}\n`)
      await tails.settle(5_000)
      return { build, jobs, tails }
    }
    await sleep(pollMs)
  }
}

function printChanges(jobs: readonly Job[], seen: Map<string, string>, now: Date, out: NodeJS.WriteStream): void {
  for (const job of jobs) {
    if (seen.get(job.id) === job.state) continue
    seen.set(job.id, job.state)
    if (job.state !== 'pending' && job.state !== 'scheduled') out.write(`${changeLine(job, now)}\n`)
  }
}
