import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { OutputPiece, Running } from '../src/sandbox-driver.ts'
import { now } from '../src/system/clock.ts'
import { sameForAll } from './above-runtime.ts'
import { type Bench, type DriverUnderTest, finish } from './bench.ts'

async function read(running: Running, from = 0): Promise<readonly OutputPiece[]> {
  const pieces: OutputPiece[] = []
  for await (const piece of running.output(from)) pieces.push(piece)
  return pieces
}

const bytesOf = (pieces: readonly OutputPiece[]): Buffer => Buffer.concat(pieces.map(({ bytes }) => bytes))
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

export function outputTests(bench: () => Bench, subject: DriverUnderTest): void {
  const alike = sameForAll(subject)

  alike('G12 returns 1 MB of random bytes unchanged', async () => {
    const { sandbox, running } = await bench().start(
      'head -c 1000000 /dev/urandom >bytes; sha256sum bytes | cut -c1-64 >&2; cat bytes',
    )
    const pieces = await read(running)
    const told = bytesOf(pieces.filter(({ stream }) => stream === 'stderr'))
      .toString()
      .trim()
    const bytes = bytesOf(pieces.filter(({ stream }) => stream === 'stdout'))
    expect(bytes.length).toBe(1_000_000)
    expect(digest(bytes)).toBe(told)
    await sandbox.destroy()
  })

  alike('G12 returns a line of 10 MB, empty lines and an unterminated last line', async () => {
    const { sandbox, running } = await bench().start(
      `python3 -c 'import sys; sys.stdout.write("\\n\\nx" + "y" * 10_000_000 + "\\n\\nend")'`,
    )
    const bytes = bytesOf(await read(running))
    expect(bytes.equals(Buffer.from(`\n\nx${'y'.repeat(10_000_000)}\n\nend`))).toBe(true)
    await sandbox.destroy()
  })

  it('distinguishes stdout and stderr, with the time of each piece', async () => {
    const now = () => BigInt(Date.now()) * 1_000_000n
    const before = now()
    // Discards the shell's message about a `sleep` that was ended by a signal.
    const { sandbox, running } = await bench().start(
      `exec 3>&2 2>/dev/null; trap 'n=$((n + 1))' TERM
      echo one; until [ "$n" = 1 ]; do sleep 0.01; done
      echo two >&3; until [ "$n" = 2 ]; do sleep 0.01; done
      printf three`,
    )
    const pieces: OutputPiece[] = []
    const heardAt: bigint[] = []
    for await (const piece of running.output(0)) {
      pieces.push(piece)
      heardAt.push(now())
      if (pieces.length < 3) await running.kill('SIGTERM')
    }
    expect(pieces.map(({ stream, bytes }) => [stream, bytes.toString()])).toEqual([
      ['stdout', 'one\n'],
      ['stderr', 'two\n'],
      ['stdout', 'three'],
    ])
    // Each piece was written after the previous one was read.
    const millisecond = 1_000_000n
    for (const [index, { ts }] of pieces.entries()) {
      expect(ts).toBeGreaterThanOrEqual((index === 0 ? before : (heardAt[index - 1] ?? 0n)) - millisecond)
      expect(ts).toBeLessThanOrEqual((heardAt[index] ?? 0n) + millisecond)
    }
    await sandbox.destroy()
  })

  alike('resumes from any nextOffset without a gap or a repetition', async () => {
    const { sandbox, running } = await bench().start(
      'for i in 1 2 3 4 5 6; do echo line $i; sleep 0.02; done; head -c 300000 /dev/zero',
    )
    const whole = await read(running)
    const all = bytesOf(whole)
    let before = 0
    for (const { bytes, nextOffset } of whole) {
      before += bytes.length
      expect(bytesOf(await read(running, nextOffset)).equals(all.subarray(before))).toBe(true)
    }
    await sandbox.destroy()
  })

  alike('yields each line while the command waits for a reaction to it', async () => {
    const { sandbox, running } = await bench().start(
      `exec 2>/dev/null; trap 'n=$((n + 1)); echo $n' TERM; echo 0; until [ "$n" = 5 ]; do sleep 0.01; done`,
    )
    const lines: string[] = []
    for await (const { bytes } of running.output(0)) {
      lines.push(bytes.toString())
      if (lines.length <= 5) await running.kill('SIGTERM')
    }
    expect(lines).toEqual(['0\n', '1\n', '2\n', '3\n', '4\n', '5\n'])
    await sandbox.destroy()
  })

  alike('stops reading when the signal aborts, and the command continues', async () => {
    const { sandbox, running } = await bench().start(
      "trap 'echo over; exit' TERM; echo begun; while :; do sleep 0.01; done",
    )
    const stop = new AbortController()
    await expect(async () => {
      for await (const _ of running.output(0, stop.signal)) stop.abort()
    }).rejects.toThrow()
    await running.kill('SIGTERM')
    expect((await finish(running)).stdout).toBe('begun\nover\n')
    await sandbox.destroy()
  })

  for (const code of [0, 1, 42, 137])
    alike(`reports exit code ${code}`, async () => {
      const { exit, sandbox } = await bench().run(`exit ${code}`)
      expect(exit).toMatchObject({ code, limit: null })
      // The clock of the process, which the wall clock may leave by milliseconds.
      expect(exit.endedAt.getTime()).toBeLessThanOrEqual(now())
      await sandbox.destroy()
    })

  it.each([
    ['TERM', 143],
    ['KILL', 137],
    ['SEGV', 139],
  ])('reports a command that killed itself with SIG%s', async (signal, code) => {
    const { exit, sandbox } = await bench().run(`kill -${signal} $$`)
    expect(exit).toMatchObject({ code, signal: `SIG${signal}`, limit: null })
    await sandbox.destroy()
  })

  alike('runs a script of 1 MiB, leaves no trace of it, and provides HOME, directory and environment', async () => {
    const { exit, stdout, sandbox } = await bench().run(
      `# ${'x'.repeat(1 << 20)}\necho "$HOME $PWD $GREETING $(id -u) $(cat /etc/hostname)"; cd; pwd; find / -xdev -size +900k -newer /proc/1/stat -path '*script*'`,
      { env: { GREETING: 'hello world' } },
    )
    expect(exit.code).toBe(0)
    expect(stdout).toBe('/root /workspace hello world 0 harmont\n/root\n')
    await sandbox.destroy()
  })
}
