/**
 * Tests several features together: an image from a registry, Debian packages over egress under
 * mapped ids, forks, and a kill of the whole server during the forks.
 */
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import type { Job } from '@harmont/cloud'
import { debianImage } from '@harmont/outside/debian-image'
import { type Registry, startRegistry } from '@harmont/outside/registry'
import { scaled } from '@harmont/test-kit/effort'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'
import { type Effects, ownAddress, startEffects, tellScript } from './torture/effects.ts'

const children = scaled(6, 20)
const lines = 20
const host = ownAddress()
let folder: string
let registry: Registry
let effects: Effects
let product: Product
let image: string

/** A listener that commands wait for. */
interface Door {
  readonly port: number
  readonly server: Server
}
/** The first door opens while the server is dead, the second after its restart. */
let doors: readonly [Door, Door]

async function makeDoor(): Promise<Door> {
  return { port: await reservePort(), server: createServer((socket) => socket.end()) }
}

async function open({ port, server }: Door): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}

beforeAll(async () => {
  const debian = await debianImage()
  folder = mkdtempSync('/var/tmp/harmont-whole-')
  registry = await startRegistry(folder)
  image = registry.push(debian, 'harmont/debian:stable')
  effects = await startEffects()
  doors = [await makeDoor(), await makeDoor()]
  const { address } = await lookup('deb.debian.org', 4)
  const allowed = [`${address}:80`, effects.address, ...doors.map(({ port }) => `${host}:${port}`)]
  product = await startProduct({
    HARMONT_IMAGE_FALLBACK: 'none',
    HARMONT_RUNNER_SLOTS: String(children),
    HARMONT_EGRESS_ALLOW: allowed.join(','),
  })
})
afterAll(async () => {
  await product?.remove()
  for (const { server } of doors ?? []) server.close()
  await effects?.stop()
  await registry?.stop()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

/**
 * Returns a command that compiles and runs a program, prints lines before and after its door opens,
 * then reports its end once.
 */
function child(index: number): string {
  const { port } = doors[index % 2 === 0 ? 0 : 1]
  const print = (from: number, to: number) => `for i in $(seq ${from} ${to}); do echo "line $i"; done`
  return [
    tellScript(effects.address),
    `printf '#include <stdio.h>\\nint main(void){puts("compiled ${index}");}' > a.c && tcc a.c -o a && ./a`,
    print(1, lines / 2),
    `until bash -c ': <>/dev/tcp/${host}/${port}' 2>/dev/null; do sleep 0.2; done`,
    print(1 + lines / 2, lines),
    'tell done',
  ].join('\n')
}

/** Waits until all forks run. Throws with the log of a step that failed earlier. */
async function started(number: number): Promise<void> {
  const jobs = await until(
    () => product.api.listJobs('whole', number),
    (all) =>
      all.filter(({ state }) => state === 'running').length === children || all.some(({ state }) => state === 'failed'),
    { timeoutMs: 600_000, restMs: 100 },
  )
  const failed = jobs.find(({ state }) => state === 'failed')
  if (failed !== undefined)
    throw new Error(
      `${failed.step_key} failed: ${failed.error_message}\n${(await product.api.readLog(failed.id)).slice(-2000)}`,
    )
}

test('G02 forks of an apt-get install continue while the server is dead, and each is counted once', {
  timeout: 900_000,
}, async () => {
  await product.api.ensurePipeline({ name: 'whole', repository: 'local/whole', default_branch: 'main' })
  const steps = [
    {
      key: 'base',
      image,
      cmd: 'apt-get -o Acquire::Retries=5 update && apt-get -o Acquire::Retries=5 install -y --no-install-recommends tcc libc6-dev && id -u && stat -c %U /usr/bin/tcc',
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
  await open(doors[0])
  const first = Math.ceil(children / 2)
  await until(
    () => effects.told().length,
    (count) => count === first,
  )
  await product.restart()
  await open(doors[1])

  const { build, jobs } = await buildEnd(product.api, 'whole', number)
  expect(
    build.state,
    JSON.stringify([...jobs.values()].map((job) => [job.step_key, job.state, job.error_message])),
  ).toBe('passed')
  const forks = [...jobs.values()].filter(({ step_key }) => step_key !== 'base')
  expect(
    effects
      .told()
      .map(({ jobId }) => jobId)
      .toSorted(),
  ).toEqual(forks.map(({ id }) => id).toSorted())
  const text = Array.from({ length: lines }, (_, at) => `line ${at + 1}\n`).join('')
  for (let index = 0; index < children; index += 1)
    expect(await product.api.readLog(jobs.get(`child-${index}`)?.id ?? '')).toBe(`compiled ${index}\n${text}`)
  report(jobs, first)
})

function report(jobs: ReadonlyMap<string, Job>, during: number): void {
  const starts = [...jobs.values()]
    .filter((job) => job.step_key !== 'base')
    .map((job) => new Date(job.started_at ?? 0).getTime())
  const parentEnd = new Date(jobs.get('base')?.finished_at ?? 0).getTime()
  const waits = starts.map((start) => start - parentEnd).sort((a, b) => a - b)
  console.log(
    `${during} effects while the server was dead; fork to start of ${children}: p50 ${waits[Math.floor(children / 2)]} ms, last ${waits.at(-1)} ms`,
  )
}
