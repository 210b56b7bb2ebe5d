import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { OutputPiece, Running } from '../driver.ts'
import { type Bench, finish } from './bench.ts'

async function read(running: Running, from = 0): Promise<readonly OutputPiece[]> {
  const pieces: OutputPiece[] = []
  for await (const piece of running.output(from)) pieces.push(piece)
  return pieces
}

const bytesOf = (pieces: readonly OutputPiece[]): Buffer => Buffer.concat(pieces.map(({ bytes }) => bytes))
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

export function outputTests(bench: () => Bench): void {
  it('G12 gives back 1 MB of random bytes as they were', async () => {
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

  it('G12 gives back a line of 10 MB, empty lines and a last line without an end', async () => {
    const { sandbox, running } = await bench().start(
      `python3 -c 'import sys; sys.stdout.write("\\n\\nx" + "y" * 10_000_000 + "\\n\\nend")'`,
    )
    const bytes = bytesOf(await read(running))
    expect(bytes.equals(Buffer.from(`\n\nx${'y'.repeat(10_000_000)}\n\nend`))).toBe(true)
    await sandbox.destroy()
  })

  it('tells stdout and stderr apart, with the time of each piece', async () => {
    const before = BigInt(Date.now()) * 1_000_000n
    const { sandbox, running } = await bench().start('echo one; sleep 0.05; echo two >&2; sleep 0.05; printf three')
    const pieces = await read(running)
    expect(pieces.map(({ stream, bytes }) => [stream, bytes.toString()])).toEqual([
      ['stdout', 'one\n'],
      ['stderr', 'two\n'],
      ['stdout', 'three'],
    ])
    const times = pieces.map(({ ts }) => ts)
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)))
    expect(times[0]).toBeGreaterThanOrEqual(before - 1_000_000n)
    expect((times[2] ?? 0n) - (times[0] ?? 0n)).toBeGreaterThan(90_000_000n)
    await sandbox.destroy()
  })

  it('goes on from any nextOffset without a gap or a repetition', async () => {
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

  it('gives a line within 30 ms of its being written, in the median', async () => {
    const { sandbox, running } = await bench().start(
      `python3 -uc 'import time\nfor i in range(30):\n  print(time.time_ns()); time.sleep(0.03)'`,
    )
    const delays: number[] = []
    for await (const { bytes } of running.output(0)) {
      const now = BigInt(Date.now())
      // A piece has several where this process had to wait.
      for (const line of bytes.toString().trim().split('\n')) delays.push(Number(now - BigInt(line) / 1_000_000n))
    }
    expect(delays.length).toBeGreaterThan(20)
    expect(delays.toSorted((a, b) => a - b)[delays.length >> 1]).toBeLessThan(30)
    await sandbox.destroy()
  })

  it('stops reading when the signal aborts, and the command goes on', async () => {
    const { sandbox, running } = await bench().start('echo begun; sleep 0.6; echo over')
    const stop = new AbortController()
    await expect(async () => {
      for await (const _ of running.output(0, stop.signal)) stop.abort()
    }).rejects.toThrow()
    expect((await finish(running)).stdout).toBe('begun\nover\n')
    await sandbox.destroy()
  })

  it.each([0, 1, 42, 137])('reports exit code %i', async (code) => {
    const { exit, sandbox } = await bench().run(`exit ${code}`)
    expect(exit).toMatchObject({ code, limit: null })
    expect(exit.endedAt.getTime()).toBeLessThanOrEqual(Date.now())
    await sandbox.destroy()
  })

  it.each([
    ['TERM', 143],
    ['KILL', 137],
    ['SEGV', 139],
  ])('reports a command that ended itself by SIG%s', async (signal, code) => {
    const { exit, sandbox } = await bench().run(`kill -${signal} $$`)
    expect(exit).toMatchObject({ code, signal: `SIG${signal}`, limit: null })
    await sandbox.destroy()
  })

  it('runs a script of 1 MiB, leaves no trace of it, and gives a working HOME, directory and environment', async () => {
    const { exit, stdout, sandbox } = await bench().run(
      `# ${'x'.repeat(1 << 20)}\necho "$HOME $PWD $GREETING $(id -u) $(cat /etc/hostname)"; cd; pwd; find / -xdev -size +900k -newer /proc/1/stat -path '*script*'`,
      { env: { GREETING: 'hello world' } },
    )
    expect(exit.code).toBe(0)
    expect(stdout).toBe('/root /workspace hello world 0 harmont\n/root\n')
    await sandbox.destroy()
  })
}
