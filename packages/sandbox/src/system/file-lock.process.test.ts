import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fstatSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { expect, onTestFinished, test } from 'vitest'
import { lockFile } from './file-lock.ts'

/** Resolves when a process waits for the lock of a file with this inode number. */
async function untilWaitedFor(inode: number): Promise<void> {
  await until(async () => new RegExp(`-> FLOCK .*:${inode} `).test(await readFile('/proc/locks', 'utf8')))
}

test('a lock of another process is granted neither immediately nor after a short wait, but when that process ends', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'harmont-lock-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'lock')
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  expect(await lockFile(file, { wait: false })).toBeUndefined()
  expect(await lockFile(file, { wait: 1 })).toBeUndefined()
  const waits = lockFile(file, { wait: 100_000 })
  await untilWaitedFor((await stat(file)).ino)
  holder.stdin.end()
  await using lock = await waits
  expect(lock?.fd).toBeGreaterThan(2)
})

test('whoever waited for a file that its holder removed waits for the next file of that name', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'harmont-lock-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'lock')
  const first = await lockFile(file)
  const waits = lockFile(file)
  await untilWaitedFor((await stat(file)).ino)
  await rm(file)
  const next = await lockFile(file)
  const { ino } = await stat(file)
  await first[Symbol.asyncDispose]()
  expect(await Promise.race([waits.then(() => 'granted'), untilWaitedFor(ino)])).toBeUndefined()
  await next[Symbol.asyncDispose]()
  await using last = await waits
  expect(fstatSync(last.fd).ino).toBe(ino)
})
