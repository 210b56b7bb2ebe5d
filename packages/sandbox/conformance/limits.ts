import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { aboveRuntime, sameForAll } from './above-runtime.ts'
import { nestDirectories } from './awkward.ts'
import { type Bench, type DriverUnderTest, finish, firstOutput } from './bench.ts'
import { processorUse } from './machine.ts'

const MiB = 1 << 20

export function limitTests(bench: () => Bench, subject: DriverUnderTest): void {
  const { without } = subject
  const above = aboveRuntime(subject)
  const alike = sameForAll(subject)

  it.skipIf(without.has('groups'))(
    'G22 a command beyond its memory limit is killed for that reason, and others continue',
    async () => {
      const other = await bench().start('echo up; sleep 1000')
      await firstOutput(other.running)
      const { exit, sandbox } = await bench().run(`python3 -c 'x = bytearray(400 * 1024 * 1024)'`, {
        limits: { memoryBytes: 128 * MiB },
      })
      expect(exit).toMatchObject({ limit: 'memory' })
      expect(exit.code).not.toBe(0)
      await other.running.kill('SIGTERM')
      expect(await other.running.exited()).toMatchObject({ signal: 'SIGTERM', limit: null })
      await sandbox.destroy()
      await other.sandbox.destroy()
    },
  )

  alike('exit code 137 alone does not mean a memory limit', async () => {
    const { exit, sandbox } = await bench().run('exit 137', { limits: { memoryBytes: 128 * MiB } })
    expect(exit).toMatchObject({ code: 137, limit: null })
    await sandbox.destroy()
  })

  it('G22 more processes than allowed are refused', async () => {
    const { stdout, stderr, sandbox } = await bench().run(
      `python3 -c '
import os, time
made = 0
try:
  for i in range(200):
    if os.fork() == 0: time.sleep(20); os._exit(0)
    made += 1
except OSError as error: print("refused", made < 60, error.errno)
'`,
      { limits: { pids: 50 } },
    )
    expect(stdout + stderr).toBe('refused True 11\n')
    await sandbox.destroy()
  })

  it('G22 a command that exceeds its disk limit is killed for that reason, even with many files', async () => {
    const { exit, sandbox } = await bench().run(
      'i=0; while :; do i=$((i+1)); head -c 8M /dev/zero >f$i; sleep 0.1; done',
      {
        limits: { diskBytes: 64 * MiB },
      },
    )
    expect(exit).toMatchObject({ code: 137, limit: 'disk' })
    await sandbox.destroy()
  })

  above('G22 a command that exceeds its disk limit just before its end does not pass', async () => {
    const { exit, sandbox } = await bench().run('head -c 40M /dev/zero >f', { limits: { diskBytes: 32 * MiB } })
    expect(exit).toMatchObject({ limit: 'disk' })
    await sandbox.destroy()
  })

  above(
    'G22 a command that exceeds its disk limit does not pass even if others free as much disk space meanwhile',
    async () => {
      const theirs = join(bench().directory, 'theirs')
      await writeFile(theirs, new Uint8Array(64 * MiB))
      // `head` ignores SIGTERM, which processes started during its delivery may receive too.
      const { running, sandbox } = await bench().start(
        `trap go=yes TERM; echo up; until [ "$go" ]; do sleep 0.01; done; trap '' TERM; head -c 40M /dev/zero >f`,
        { limits: { diskBytes: 32 * MiB } },
      )
      await firstOutput(running)
      await rm(theirs)
      await running.kill('SIGTERM')
      expect((await finish(running)).exit).toMatchObject({ limit: 'disk' })
      await sandbox.destroy()
    },
  )

  alike('a command that leaves directories nested deeper than a path may be ends like any other', async () => {
    const { exit, sandbox } = await bench().run(nestDirectories)
    expect(exit).toMatchObject({ code: 0, limit: null })
    await sandbox.destroy()
  })

  it.skipIf(without.has('groups'))('G22 a twentieth of a processor is a twentieth of a processor', async () => {
    const { sandbox } = await bench().run('i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); done', {
      limits: { cpu: 0.05 },
    })
    // Uses the kernel's statistics of the periods in which it ran, so a busy machine does not
    // matter.
    const { seconds, periodSeconds, throttled } = await processorUse(bench().directory, sandbox.handle.id)
    expect(throttled).toBeGreaterThan(0)
    expect(seconds / periodSeconds).toBeLessThan(0.065)
    await sandbox.destroy()
  })
}
