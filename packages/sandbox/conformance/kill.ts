import { until } from '@harmont/test-kit/until'
import { expect, it } from 'vitest'
import { aboveRuntime } from './above-runtime.ts'
import { type Bench, type DriverUnderTest, finish, firstOutput, outputUntil } from './bench.ts'
import { newMark } from './machine.ts'

/**
 * Starts processes that are hard to reach: in the background, in a new session, forked twice,
 * ignoring SIGTERM.
 */
const hardToReach = (mark: string): string => `
  trap '' TERM
  sleep 1000.${mark} &
  setsid sleep 1001.${mark} &
  (setsid sh -c "trap '' TERM; sleep 1002.${mark} & sleep 1003.${mark}" &)
  python3 -c 'import os,signal,time
if os.fork() == 0:
  os.setsid()
  if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.execvp("sleep", ["sleep", "1004.${mark}"])
'
  echo ready; sleep 1005.${mark}; sleep 1006.${mark}`

export function killTests(bench: () => Bench, subject: DriverUnderTest): void {
  const above = aboveRuntime(subject)

  /** Starts such a command, and resolves once all its processes exist. */
  async function startHardToReach(mark: string) {
    const started = await bench().start(hardToReach(mark))
    await firstOutput(started.running)
    await until(
      () => subject.markedProcesses(mark),
      ({ length }) => length === 6,
    )
    return started
  }

  it('G06 SIGTERM reaches every process of the tree once', async () => {
    const { sandbox, running } = await bench().start(
      `count() { echo "$1 got it"; }; trap 'count shell; wait; exit 5' TERM
       sh -c 'trap "echo child got it; exit" TERM; echo up; while :; do sleep 0.05; done' &
       setsid sh -c 'trap "echo session got it; exit" TERM; echo up; while :; do sleep 0.05; done' &
       while :; do sleep 0.05; done`,
    )
    await outputUntil(running, /up\n(.*\n)*up\n/)
    await running.kill('SIGTERM')
    const { stdout, exit } = await finish(running)
    expect(exit.code).toBe(5)
    expect(stdout.match(/(\w+) got it/g)?.toSorted()).toEqual(['child got it', 'session got it', 'shell got it'])
    await sandbox.destroy()
  })

  it('G06 processes that a shell starts for its cleanup after SIGTERM do not receive SIGTERM', async () => {
    const { sandbox, running } = await bench().start(
      `for i in $(seq 8); do (trap '' TERM; while :; do sleep 0; done) & done
       trap 'sleep 0.1 && sleep 0.1 && sleep 0.1; exit $?' TERM; echo up; wait`,
    )
    await firstOutput(running)
    await running.kill('SIGTERM')
    expect(await finish(running)).toMatchObject({ exit: { code: 0 } })
    await sandbox.destroy()
  })

  it('sending SIGTERM ends even if the command ignores it and keeps starting processes', async () => {
    const { sandbox, running } = await bench().start("trap '' TERM; echo up; while :; do sleep 0.01; done")
    await firstOutput(running)
    await running.kill('SIGTERM')
    await running.kill('SIGKILL')
    expect(await running.exited()).toMatchObject({ code: 137 })
    await sandbox.destroy()
  })

  it('SIGTERM reaches 40 processes, and a shell that waits for them continues', async () => {
    const { sandbox, running } = await bench().start(
      `trap : TERM; for i in $(seq 40); do sleep 1000 & done
       until test $(cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^sleep') = 40; do sleep 0.1; done
       echo up; until wait; do :; done; echo all ended`,
    )
    await firstOutput(running)
    await running.kill('SIGTERM')
    expect(await finish(running)).toMatchObject({ stdout: 'up\nall ended\n', exit: { code: 0 } })
    await sandbox.destroy()
  })

  it('SIGTERM ends a command that does not catch it', async () => {
    const { sandbox, running } = await bench().start('echo up; sleep 100; echo after')
    await firstOutput(running)
    await running.kill('SIGTERM')
    expect(await finish(running)).toMatchObject({ exit: { code: 143, signal: 'SIGTERM' }, stdout: 'up\n' })
    await sandbox.destroy()
  })

  it('G06 SIGKILL ends processes that forked twice, started a new session or ignore SIGTERM', async () => {
    const mark = newMark()
    const { sandbox, running } = await startHardToReach(mark)
    await running.kill('SIGTERM')
    expect(await subject.markedProcesses(mark)).toHaveLength(6)
    await running.kill('SIGKILL')
    expect(await running.exited()).toMatchObject({ code: 137, signal: 'SIGKILL' })
    expect(await subject.markedProcesses(mark)).toEqual([])
    await sandbox.destroy()
  })

  it('all processes of a command end with it, before the snapshot is taken', async () => {
    const { sandbox, running } = await bench().start(
      `(setsid sh -c "while :; do echo more >>/workspace/log; done" &); until test -s log; do sleep 0.01; done; exit 0`,
    )
    expect((await finish(running)).exit.code).toBe(0)
    const snapshot = await sandbox.snapshot({ cache: null, origin: {} })
    const size = await bench().print('stat -c %s log', { from: snapshot.id })
    // A surviving process would have written while this sandbox was made.
    expect(await bench().print('stat -c %s log', { from: snapshot.id })).toBe(size)
    await sandbox.destroy()
  })

  it('kill and destroy do nothing after the end, and do not fail', async () => {
    const { sandbox, running } = await bench().start('exit 3')
    const exit = await running.exited()
    await running.kill('SIGTERM')
    await running.kill('SIGKILL')
    expect(await running.exited()).toEqual(exit)
    await sandbox.destroy()
    await running.kill('SIGKILL')
    await Promise.all([sandbox.destroy(), sandbox.destroy()])
    expect(await bench().driver.adopt(sandbox.handle)).toBeUndefined()
  })

  above('destroy ends a running command, and pending waits for its end resolve', async () => {
    const mark = newMark()
    const { sandbox, running } = await startHardToReach(mark)
    const exited = running.exited()
    await sandbox.destroy()
    expect(await subject.markedProcesses(mark)).toEqual([])
    expect((await exited).code).not.toBe(0)
  })
}
