import { expect, it } from 'vitest'
import { type Bench, finish } from './bench.ts'

const MiB = 1 << 20

export function limitTests(bench: () => Bench): void {
  it('G22 a command beyond its memory ends with that reason, others go on', async () => {
    const other = await bench().start('sleep 1; echo fine')
    const { exit, sandbox } = await bench().run(`python3 -c 'x = bytearray(400 * 1024 * 1024)'`, {
      limits: { memoryBytes: 128 * MiB },
    })
    expect(exit).toMatchObject({ limit: 'memory' })
    expect(exit.code).not.toBe(0)
    expect((await finish(other.running)).stdout).toBe('fine\n')
    await sandbox.destroy()
    await other.sandbox.destroy()
  })

  it('a plain exit code 137 is no memory limit', async () => {
    const { exit, sandbox } = await bench().run('exit 137', { limits: { memoryBytes: 128 * MiB } })
    expect(exit).toMatchObject({ code: 137, limit: null })
    await sandbox.destroy()
  })

  it('G22 more processes than allowed are refused', async () => {
    const seen = await bench().print('for i in $(seq 100); do sleep 5 & done 2>&1 | grep -c "" ; echo end', {
      limits: { pids: 40 },
    })
    expect(seen).toMatch(/fork|end/)
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

  it('G22 a command that writes more than it may is killed with that reason, also into many files', async () => {
    const { exit, sandbox } = await bench().run('i=0; while :; do i=$((i+1)); head -c 1M /dev/zero >f$i; done', {
      limits: { diskBytes: 64 * MiB },
    })
    expect(exit).toMatchObject({ code: 137, limit: 'disk' })
    await sandbox.destroy()
  })

  it('G22 a command that has passed its disk limit by its end has not passed', async () => {
    const { exit, sandbox } = await bench().run('head -c 40M /dev/zero >f', { limits: { diskBytes: 32 * MiB } })
    expect(exit).toMatchObject({ limit: 'disk' })
    await sandbox.destroy()
  })

  it('G22 half a processor is half a processor', async () => {
    const { stdout, sandbox } = await bench().run(
      `python3 -c '
import time
wall, cpu = time.monotonic(), time.process_time()
while time.monotonic() - wall < 1.5: pass
print((time.process_time() - cpu) / (time.monotonic() - wall))
'`,
      { limits: { cpu: 0.5 } },
    )
    expect(Number(stdout)).toBeLessThan(0.62)
    await sandbox.destroy()
  })
}
