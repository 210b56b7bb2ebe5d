import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

/** Enables the compile cache before it requests a thread, as `hm` does. */
const program = `import { enableCompileCache } from 'node:module'
enableCompileCache(process.argv[1])
const { runInWorker } = await import(${JSON.stringify(new URL('worker-pool.ts', import.meta.url))})
await runInWorker('verify', { digest: 'none', directory: process.argv[1] }).catch(() => {})`

test('a thread uses the process’s compile cache', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'harmont-compiled-'))
  try {
    const env = { PATH: process.env.PATH, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }
    const begin = () => run(process.execPath, ['--input-type=module', '--eval', program, cache], { env })
    await begin()
    const { stderr } = await begin()
    expect(stderr).toMatch(/reading cache .*worker\.ts.* success/)
  } finally {
    await rm(cache, { recursive: true })
  }
})
