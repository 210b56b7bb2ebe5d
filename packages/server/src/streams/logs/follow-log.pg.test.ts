import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ir, type PlayedJob, playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { followLog, LogReads } from './follow-log.ts'

const it = testServer()

async function newJob(): Promise<PlayedJob> {
  const slug = await it.newPipeline()
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  await it.request(ownerToken, 'POST', `/api/v0/organizations/default/pipelines/${slug}/builds`, body)
  return playJob(it)
}

/**
 * Runs a function just after a reader found nothing new, and before it checks whether the job has
 * ended.
 */
class Meanwhile extends LogReads {
  readonly #steps: (() => Promise<void>)[]

  constructor(steps: (() => Promise<void>)[]) {
    super(it.server.engine.logs)
    this.#steps = steps
  }

  override async isOver(jobId: string): Promise<boolean> {
    await this.#steps.shift()?.()
    return super.isOver(jobId)
  }
}

async function follow(jobId: string, reads: LogReads): Promise<readonly string[]> {
  const seen: string[] = []
  for await (const followed of followLog(reads, jobId, 0, new AbortController().signal))
    seen.push(
      followed.kind === 'chunks' ? followed.chunks.map(({ content }) => content.toString()).join() : followed.kind,
    )
  return seen
}

test('G13 the last line of a job is read even if its end is seen first', async () => {
  const job = await newJob()
  const reads = new Meanwhile([
    async () => {
      await job.log(['the last line'])
      await job.end()
    },
  ])
  expect(await follow(job.id, reads)).toEqual(['caught-up', 'the last line', 'end'])
})

test('G13 readers that reconnect anywhere see every chunk once and in order, whether the job is running or has ended', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('write', 'drop', 'end'), { maxLength: 12 }), async (script) => {
      const job = await newJob()
      const seen: number[] = []
      let [written, isOver] = [0, false]
      let stop = new AbortController()
      const read = async () => {
        const reads = new LogReads(it.server.engine.logs)
        for await (const followed of followLog(reads, job.id, seen.at(-1) ?? 0, stop.signal))
          if (followed.kind === 'chunks') seen.push(...followed.chunks.map(({ seq }) => seq))
      }
      let reading = read()
      for (const act of script) {
        if (act === 'drop') {
          stop.abort()
          await reading
          stop = new AbortController()
          reading = read()
        } else if (act === 'end' && !isOver) {
          isOver = true
          await job.end()
        } else if (!isOver) {
          written += 1
          await job.log([`${written}`])
        }
      }
      if (!isOver) await job.end()
      await reading
      expect(seen).toEqual(Array.from({ length: written }, (_, index) => index + 1))
    }),
    { numRuns: 10 },
  )
})

test('a change between a read and the next wait wakes the reader', async () => {
  const job = await newJob()
  const reads = new Meanwhile([() => job.log(['while nobody waited']), () => job.end()])
  expect(await follow(job.id, reads)).toEqual(['caught-up', 'while nobody waited', 'end'])
})

test('a stopped reader gets no `end`', async () => {
  const job = await newJob()
  const stop = new AbortController()
  const reads = new LogReads(it.server.engine.logs)
  const seen: string[] = []
  for await (const { kind } of followLog(reads, job.id, 0, stop.signal)) {
    seen.push(kind)
    stop.abort()
  }
  expect(seen).toEqual(['caught-up'])
  await job.end()
})
