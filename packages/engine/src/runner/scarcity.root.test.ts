import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('G02 an engine without file descriptors loses no running step, and begins a waiting one once it has some', async () => {
  const program = fileURLToPath(new URL('scarce-engine.test-support.ts', import.meta.url))
  const limited = ['-c', 'ulimit -n 250; exec "$@"', 'sh', process.execPath, program]
  const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect(JSON.parse(said)).toEqual([
    ['passed', 0, 0, 'begun\nended\n'],
    ['failed', 4, 0, 'begun\n'],
    ['passed', 0, 0, expect.stringMatching(/^<this machine is out of file descriptors.*>later\n$/)],
    // A lack of descriptors does not lead to a substituted image.
    ['passed', 0, 0, expect.not.stringContaining('EMFILE')],
  ])
})
