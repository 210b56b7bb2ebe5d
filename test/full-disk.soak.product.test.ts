/** Puts the whole data directory on a small disk and fills it to the last byte while builds run. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Build, CloudError } from '@harmont/cloud'
import { makeSmallDisk, type SmallDisk } from '@harmont/outside/small-disk'
import { chance, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd, flatIr, type Product, packFolder, startProduct } from './product.ts'

const rounds = scaled(1)
const { seed, fraction, between } = chance()
const lines = 100

let disk: SmallDisk
let product: Product
let counting: Server
const counted: string[] = []
/** Requests of commands, with or without a response. */
const asked = new Set<string>()
let source: string

beforeAll(async () => {
  counting = createServer((request, response) => {
    const url = request.url ?? ''
    if (url.startsWith('/after')) {
      const wanted = url.slice('/after'.length)
      asked.add(wanted)
      return void response.writeHead(counted.includes(wanted) ? 200 : 404).end()
    }
    counted.push(url)
    response.end('ok\n')
  }).listen(0, '127.0.0.1')
  await once(counting, 'listening')
  disk = makeSmallDisk(1024 ** 3)
  const dataDirectory = join(disk.path, 'data')
  mkdirSync(dataDirectory)
  const env = {
    HARMONT_DATA_DIR: dataDirectory,
    HARMONT_LEAST_FREE_DISK: '128MiB',
    HARMONT_SANDBOX_NETWORK: 'host',
    HARMONT_LOG_LEVEL: 'warn',
    HARMONT_RUNNER_SLOTS: '4',
  }
  product = await startProduct(env, { ownPostgres: true })
  const project = join(disk.beside, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'file'), randomBytes(300_000))
  source = packFolder(project)
  await product.api.ensurePipeline({ name: 'p', repository: 'local/p', default_branch: 'main' })
})

afterAll(async () => {
  disk?.empty()
  await product?.remove()
  await until(
    () => tryRemove(disk),
    (said) => said === 'removed',
    { restMs: 200 },
  )
  counting?.close()
})

/** The watchdog of the sandboxes lingers for some seconds. */
function tryRemove({ remove }: SmallDisk): string {
  try {
    remove()
    return 'removed'
  } catch (error) {
    return String(error)
  }
}

/** Shell text that writes a file, and tries again while the disk is full. */
const writeFile = 'until head -c 5000000 /dev/urandom 2>/dev/null >/root-file; do sleep 0.2; done'

const output = (name: string) => `${Array.from({ length: lines }, (_, n) => `${name} line ${n + 1}\n`).join('')}done\n`

/** Returns shell text that sends a request to the counting server. */
function ask(path: string): string {
  const address = counting.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `curl -sf --retry 3 http://127.0.0.1:${port}${path} >/dev/null`
}

function command(build: string, name: string): string {
  const done = ask(`/${build}-${name}`)
  return `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "${name} line $i"; sleep 0.01; done; ${done} && echo done`
}

/** Path of the request with which a round's steps wait until the disk is full. */
const full = (round: number) => `/full-${round}`

function planOf(build: string, round: number): string {
  const wait = `until ${ask(`/after${full(round)}`)}; do sleep 0.1; done`
  return flatIr([
    { key: 'root', cmd: `${writeFile}; ${wait}; ${command(build, 'root')}` },
    { key: 'left', builds_in: 'root', cmd: `test -s /root-file && ${command(build, 'left')}` },
    { key: 'right', builds_in: 'root', cmd: `test -s /root-file && ${command(build, 'right')}` },
    { key: 'secret', cmd: `${wait}; ${command(build, 'secret')}`, secrets: { TOKEN: 'token' } },
  ])
}

/** Submits a build, or returns the error code of the refusal. */
async function post(name: string, round: number): Promise<Build | CloudError> {
  try {
    return await product.api.createBuild('p', {
      branch: 'main',
      commit: '0'.repeat(40),
      message: name,
      pipeline_ir: planOf(name, round),
      source_b64: source,
    })
  } catch (error) {
    if (error instanceof CloudError) return error
    throw error
  }
}

async function setSecret(): Promise<void> {
  const url = `${product.server().url}/api/v0/organizations/default/secrets`
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'token', value: 'a-secret-of-some-length' }),
  })
  if (!response.ok) throw new Error(`the secret cannot be set: ${response.status} ${await response.text()}`)
}

test(`G55 a disk that repeatedly fills up loses nothing, and work resumes automatically (seed ${seed})`, {
  timeout: 600_000 + rounds * 60_000,
}, async () => {
  await setSecret()
  const { pid } = product.server()
  const taken = new Map<number, string>()
  const submit = async (name: string, round: number) => {
    const answer = await post(name, round)
    if (answer instanceof CloudError) expect([answer.status, answer.code]).toEqual([503, 'service_unavailable'])
    else taken.set(answer.number, name)
  }
  for (let round = 0; round < rounds; round += 1) {
    await submit(`r${round}a`, round)
    await submit(`r${round}b`, round)
    await until(() => asked.has(full(round)))
    await sleep(fraction() * 3_000)
    for (let left = between(10, 50); left > 0; left -= 1, await sleep(100)) {
      // Refills space that the server has freed.
      disk.fill()
      if (!counted.includes(full(round))) counted.push(full(round))
      if (fraction() < 0.2) await submit(`r${round}full${left}`, round)
    }
    disk.empty()
    await sleep(fraction() * 2_000)
  }
  let unlucky = 0
  for (const [number, name] of taken) {
    const { build, jobs } = await buildEnd(product.api, 'p', number)
    for (const [key, job] of jobs) {
      const [log, remarks] = [await product.api.readLog(job.id), await product.api.readLog(job.id, { remarks: true })]
      const restarts = remarks.split('Restarting from the beginning').length - 1
      const effects = counted.filter((path) => path === `/${name}-${key}`).length
      const what = `build ${number}, ${key}: ${job.state}, ${restarts} restarts, ${effects} effects, ${job.error_message}\n${remarks.slice(-600)}`
      if (restarts > 0 || job.state !== 'passed') console.log(what)
      // A starting command may have failed because of the full disk, and a command with secrets
      // does not run again. Both say why.
      if (job.error_message?.includes('The disk of the machine filled up')) {
        unlucky += 1
        expect(effects, what).toBeLessThanOrEqual(1)
        continue
      }
      if (job.state === 'skipped') continue
      expect(job.state, what).toBe('passed')
      expect(effects, what).toBeGreaterThanOrEqual(1)
      expect(effects, what).toBeLessThanOrEqual(1 + restarts)
      if (restarts === 0) expect(log, what).toBe(output(key))
      else expect(log.endsWith(output(key)), what).toBe(true)
    }
    expect(['passed', 'failed']).toContain(build.state)
  }
  console.log(`${taken.size} builds, ${unlucky} steps that failed for the full disk and say so`)
  expect(unlucky).toBeLessThan(taken.size)
  expect(product.server().pid).toBe(pid)
  process.kill(pid, 0)
})

test('G55 a job that fills the disk within its own limit fails with the reason; a concurrent job and the next build pass', async () => {
  const steps = [
    { key: 'greedy', cmd: `until ${ask('/after/own-begun')}; do sleep 0.1; done; head -c 5000000000 /dev/zero >/big` },
    { key: 'neighbor', cmd: `${ask('/own-begun')}; ${command('own', 'neighbor')}` },
  ]
  const { number } = await product.api.createBuild('p', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(steps),
  })
  const { jobs } = await buildEnd(product.api, 'p', number)
  const greedy = jobs.get('greedy')
  expect(greedy?.state).toBe('failed')
  expect(greedy?.error_message).toContain('The disk of the machine filled up')
  const neighbor = jobs.get('neighbor')
  expect([neighbor?.state, neighbor?.error_message]).toEqual(['passed', null])
  expect(await product.api.readLog(neighbor?.id ?? '')).toBe(output('neighbor'))
  expect(counted.filter((path) => path.startsWith('/own-'))).toEqual(['/own-begun', '/own-neighbor'])
  const next = await product.api.createBuild('p', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr([{ key: 'next', cmd: 'echo next' }]),
  })
  expect((await buildEnd(product.api, 'p', next.number)).build.state).toBe('passed')
})
