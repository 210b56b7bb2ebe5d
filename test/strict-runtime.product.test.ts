/**
 * Tests a server with steps under gVisor: their file systems, forks and ends, with and without a
 * running server.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverProgram } from '../scripts/server-process.ts'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct({ HARMONT_OCI_RUNTIME: 'runsc' })
  await product.api.ensurePipeline({ name: 'strict', repository: 'local/strict', default_branch: 'main' })
})
afterAll(() => product?.remove())

type Steps = Parameters<typeof flatIr>[0]

async function submit(steps: Steps): Promise<number> {
  const { number } = await product.api.createBuild('strict', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(steps),
  })
  return number
}

async function jobOf(number: number, key: string) {
  const job = (await product.api.listJobs('strict', number)).find(({ step_key }) => step_key === key)
  if (job === undefined) throw new Error(`build ${number} has no job ${key}`)
  return job
}

const logOf = async (number: number, key: string) => product.api.readLog((await jobOf(number, key)).id)

test('the server logs the runtime at its start', () => {
  expect(readFileSync(join(product.dataDirectory, 'server.log'), 'utf8')).toMatch(/"runtime":"runsc"/)
})

test('G04 G09 siblings fork a step’s files, including /tmp, a second build hits the cache, and the kernel is gVisor’s', async () => {
  const steps = [
    {
      key: 'base',
      cmd: 'uname -r; echo base >file; echo t >/tmp/t',
      cache: { policy: 'forever', key: 'b'.repeat(64) },
    },
    { key: 'one', builds_in: 'base', cmd: 'cat file /tmp/t; echo one >file' },
    { key: 'two', builds_in: 'base', cmd: 'cat file; ls' },
  ]
  const first = await submit(steps)
  expect((await buildEnd(product.api, 'strict', first)).build.state).toBe('passed')
  expect(await logOf(first, 'base')).toBe('4.4.0\n')
  expect(await logOf(first, 'one')).toBe('base\nt\n')
  expect(await logOf(first, 'two')).toBe('base\nfile\n')
  const second = await submit(steps)
  const { build, jobs } = await buildEnd(product.api, 'strict', second)
  expect(build.state).toBe('passed')
  expect(jobs.get('base')).toMatchObject({ state: 'passed', cached: true })
  expect(await logOf(second, 'one')).toBe('base\nt\n')
})

test('G06 a cancellation and a time-out end a command that ignores SIGTERM', async () => {
  const deaf = "trap '' TERM; echo up; while :; do sleep 1; done"
  const late = await submit([{ key: 'late', cmd: deaf, timeout_seconds: 3 }])
  const canceled = await submit([{ key: 'deaf', cmd: deaf }])
  await until(
    () => logOf(canceled, 'deaf'),
    (log) => log === 'up\n',
  )
  await product.api.cancelBuild('strict', canceled)
  expect((await buildEnd(product.api, 'strict', canceled)).build.state).toBe('canceled')
  expect((await buildEnd(product.api, 'strict', late)).jobs.get('late')).toMatchObject({
    state: 'timed_out',
    error_code: 'step_timeout',
  })
})

test('G02 a command continues across a SIGKILL of the server, which adopts it with all its output', async () => {
  const number = await submit([
    { key: 'long', cmd: 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 1; done; echo kept >kept' },
    { key: 'after', builds_in: 'long', cmd: 'cat kept' },
  ])
  await until(
    () => logOf(number, 'long'),
    (log) => log.includes('2\n'),
  )
  product.server().kill('SIGKILL')
  await product.restart()
  const { build } = await buildEnd(product.api, 'strict', number)
  expect(build.state).toBe('passed')
  expect(await logOf(number, 'long')).toBe('1\n2\n3\n4\n5\n6\n7\n8\n')
  expect(await logOf(number, 'after')).toBe('kept\n')
})

test('a server with a missing configured runtime reports it and does not start', async () => {
  const directory = mkdtempSync('/var/tmp/harmont-test-')
  // The device is an overlayfs whiteout, which hides the file of the lower layer.
  const script = `mkdir upper work && mknod upper/runsc c 0 0 &&
    mount -t overlay -o lowerdir=/usr/bin,upperdir=upper,workdir=work overlay /usr/bin && exec "$0" "$1"`
  const child = spawn('unshare', ['--mount', 'sh', '-c', script, process.execPath, serverProgram], {
    cwd: directory,
    env: {
      ...process.env,
      HARMONT_DATA_DIR: join(directory, 'data'),
      HARMONT_OCI_RUNTIME: 'runsc',
      PORT: String(await reservePort()),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(said).toContain(
    'HARMONT_OCI_RUNTIME: expected a runtime that works here, got runsc: runsc is missing; it starts the commands of steps: apt-get install runsc.',
  )
  expect(code).toBe(1)
  rmSync(directory, { recursive: true, force: true })
})
