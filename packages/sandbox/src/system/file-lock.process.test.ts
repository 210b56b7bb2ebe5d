import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { expect, onTestFinished, test } from 'vitest'
import { lockFile } from './file-lock.ts'

test('a lock of another process is granted neither immediately nor after a short wait, but when that process ends', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'harmont-lock-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'lock')
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  expect(await lockFile(file, { wait: false })).toBeUndefined()
  expect(await lockFile(file, { wait: 1 })).toBeUndefined()
  const waits = lockFile(file, { wait: 100_000 })
  const { ino } = await stat(file)
  await until(async () => new RegExp(`-> FLOCK .*:${ino} `).test(await readFile('/proc/locks', 'utf8')))
  holder.stdin.end()
  await using lock = await waits
  expect(lock?.fd).toBeGreaterThan(2)
})
