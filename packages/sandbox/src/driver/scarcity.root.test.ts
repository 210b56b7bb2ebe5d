import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

test('G02 a process without file descriptors loses no command: it observes, kills and starts commands, and keeps their files, once it has descriptors', async () => {
  const directory = mkdtempSync('/var/tmp/harmont-scarcity-')
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const program = fileURLToPath(new URL('scarce-process.test-support.ts', import.meta.url))
  const limited = ['-c', 'ulimit -n 200; exec "$@"', 'sh', process.execPath, program, directory]
  const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect(JSON.parse(said)).toMatchObject({
    another: true,
    isUnmarked: true,
    isMarked: true,
    isKept: true,
    summary: 's',
    annotations: ['a.md'],
    first: { value: { stdout: 'whole\n', exit: { code: 3, output: 'whole' } } },
    second: { value: { signal: 'SIGKILL', overdue: false } },
    third: { value: { stdout: 'late\n', exit: { code: 0 } } },
  })
})
