import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { watchDisk } from './disk-watch.ts'
import { openBench, run, settled, step, submit } from './runner.test-support.ts'

const mib = 1024 ** 2

test('G55 on a full disk no job is leased, and waiting jobs begin without intervention once it has room', async () => {
  const path = await mkdtemp('/var/tmp/harmont-full-')
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'harmont-full', path])
  onTestFinished(async () => {
    execFileSync('umount', [path])
    await rm(path, { recursive: true })
  })
  const disk = await watchDisk({ path, leastFreeBytes: 32 * mib, everyMs: 20, log: () => {} })
  const bench = await openBench({ runner: { disk } })
  try {
    // The runner is already requesting work.
    await settled(bench, await submit(bench, [step('true')]))
    await writeFile(join(path, 'filler'), Buffer.alloc(40 * mib))
    await expect.poll(() => disk.full).toBe('24 MiB of 64 MiB free')
    const id = await submit(bench, [step('echo ran')])
    // Meanwhile, a runner with room runs a whole build.
    const roomy = await openBench()
    expect((await run(roomy, [step('true')])).state).toBe('passed')
    await roomy.close()
    expect((await bench.store.builds.load(id))?.build.jobs[0]?.state).toBe('scheduled')
    await rm(join(path, 'filler'))
    expect((await settled(bench, id)).state).toBe('passed')
  } finally {
    await bench.close()
    await disk.stop()
  }
})
