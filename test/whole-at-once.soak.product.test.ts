/**
 * Everything at once: an image from a registry, packages from Debian over egress under mapped ids, twenty forks, and the whole server killed while
 * they run. `HARMONT_TEST_DOWN_SECONDS` is how long it stays dead.
 */
import { lookup } from 'node:dns/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Counter, startCounter } from '@harmont/outside/counter'
import { makeDebianImage } from '@harmont/outside/debian-image'
import { type Registry, startRegistry } from '@harmont/outside/registry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../scripts/client/api.ts'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

const downSeconds = Number(process.env.HARMONT_TEST_DOWN_SECONDS ?? 15)
const children = 20
const folder = mkdtempSync('/var/tmp/harmont-whole-')
let registry: Registry
let counter: Counter
let product: Product
let image: string

beforeAll(async () => {
  registry = await startRegistry(folder)
  image = registry.push(makeDebianImage(folder), 'harmont/debian:stable')
  counter = await startCounter(folder)
  const { address } = await lookup('deb.debian.org', 4)
  product = await startProduct({
    HARMONT_IMAGE_FALLBACK: 'none',
    HARMONT_RUNNER_SLOTS: String(children),
    HARMONT_EGRESS_ALLOW: `${address}:80,${counter.host}:${counter.port}`,
  })
}, 300_000)
afterAll(async () => {
  await product?.remove()
  await counter?.stop()
  await registry?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** So many lines, one every half second, that some end before the kill is over and some after the server is back. */
const linesOf = (index: number) => 10 + index * Math.ceil((2 * downSeconds + 20) / children)

/** Compiles and runs a program, prints its lines, then tells the counter once. */
function child(index: number): string {
  const lines = linesOf(index)
  return [
    `printf '#include <stdio.h>\\nint main(void){puts("compiled ${index}");}' > a.c && gcc a.c -o a && ./a`,
    `for i in $(seq 1 ${lines}); do echo "line $i"; sleep 0.5; done`,
    'token=$(cat /proc/sys/kernel/random/uuid)',
    `bash -c "exec 3<>/dev/tcp/${counter.host}/${counter.port}; printf 'GET /done/$HARMONT_STEP_KEY/$token HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"`,
  ].join('\n')
}

async function started(number: number): Promise<void> {
  for (;;) {
    const jobs = await product.api.listJobs('whole', number)
    const failed = jobs.find((job) => job.state === 'failed')
    if (failed)
      throw new Error(
        `${failed.step_key} failed: ${failed.error_message}\n${(await product.api.readLog(failed.id)).slice(-2000)}`,
      )
    if (jobs.filter((job) => job.state === 'running').length === children) return
    await sleep(200)
  }
}

test('G02 twenty forks of an apt-get install go on while the server is dead, and each is counted once', {
  timeout: 900_000,
}, async () => {
  await product.api.ensurePipeline({ name: 'whole', repository: 'local/whole', default_branch: 'main' })
  const steps = [
    {
      key: 'base',
      image,
      cmd: 'apt-get update && apt-get install -y --no-install-recommends build-essential && id -u && stat -c %U /usr/bin/gcc',
    },
    ...Array.from({ length: children }, (_, index) => ({
      key: `child-${index}`,
      builds_in: 'base',
      cmd: child(index),
    })),
  ]
  const { number } = await product.api.createBuild('whole', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(steps, { env: { DEBIAN_FRONTEND: 'noninteractive' } }),
  })
  await started(number)

  product.server().kill('SIGKILL')
  await product.server().exited
  const before = counter.tokens().length
  await sleep(downSeconds * 1000)
  const during = counter.tokens().length - before
  expect(during, 'effects while the server was dead').toBeGreaterThan(0)
  await product.restart()

  const { build, jobs } = await buildEnd(product.api, 'whole', number, 300_000)
  expect(
    build.state,
    JSON.stringify([...jobs.values()].map((job) => [job.step_key, job.state, job.error_message])),
  ).toBe('passed')
  const keys = counter.tokens().map((token) => token.split('/')[0])
  expect(keys.toSorted()).toEqual(
    steps
      .slice(1)
      .map((step) => step.key)
      .toSorted(),
  )
  for (let index = 0; index < children; index += 1) {
    const log = await product.api.readLog(jobs.get(`child-${index}`)?.id ?? '')
    const lines = linesOf(index)
    const expected = [`compiled ${index}`, ...Array.from({ length: lines }, (_, at) => `line ${at + 1}`)]
    expect(log.split('\n').slice(0, expected.length)).toEqual(expected)
  }
  report(jobs, during)
})

function report(jobs: ReadonlyMap<string, Job>, during: number): void {
  const starts = [...jobs.values()]
    .filter((job) => job.step_key !== 'base')
    .map((job) => new Date(job.started_at ?? 0).getTime())
  const parentEnd = new Date(jobs.get('base')?.finished_at ?? 0).getTime()
  const waits = starts.map((start) => start - parentEnd).sort((a, b) => a - b)
  console.log(
    `${during} effects while the server was dead (${downSeconds} s); fork to start of ${children}: p50 ${waits[children / 2]} ms, last ${waits.at(-1)} ms`,
  )
}
