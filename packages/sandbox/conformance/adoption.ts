import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '@harmont/test-kit/until'
import { afterEach, expect, it } from 'vitest'
import type { OutputPiece, Running, Sandbox, SandboxHandle } from '../src/sandbox-driver.ts'
import { now, processClock } from '../src/system/clock.ts'
import { killProcess } from '../src/system/processes.ts'
import { aboveRuntime, sameForAll } from './above-runtime.ts'
import { Bench, type DriverUnderTest, finish } from './bench.ts'
import { newMark } from './machine.ts'

export function adoptionTests(shared: () => Bench, subject: DriverUnderTest, directory: () => string): void {
  const above = aboveRuntime(subject)
  const alike = sameForAll(subject)
  /** Sandboxes that this process opens after the other one dies. */
  let own: Bench | undefined
  const bench = (): Bench => {
    if (own === undefined) throw new Error('no other process has been there')
    return own
  }

  afterEach(async () => {
    await own?.destroyAll()
    await own?.driver.close()
    own = undefined
  })

  /**
   * Lets another process bring a sandbox for each script to `stage`, kills it, and opens its
   * directory here.
   */
  async function allElsewhere(
    stage: 'created' | 'started' | 'ended',
    scripts: readonly string[],
    beforeItsDeath: () => Promise<unknown> = async () => {},
  ): Promise<readonly SandboxHandle[]> {
    const child = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('other-process.ts', import.meta.url)),
        subject.module.href,
        directory(),
        subject.image,
        stage,
        ...scripts,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const handles = JSON.parse(await firstLine(child)) as readonly SandboxHandle[]
    await beforeItsDeath()
    child.kill('SIGKILL')
    await once(child, 'exit')
    own = await Bench.open(await subject.openDriver(directory()), subject.image, directory())
    return handles
  }

  /** Like `allElsewhere`, for a single script. */
  async function elsewhere(
    stage: 'created' | 'started' | 'ended',
    script: string,
    beforeItsDeath?: () => Promise<unknown>,
  ): Promise<SandboxHandle> {
    const [handle] = await allElsewhere(stage, [script], beforeItsDeath)
    if (handle === undefined) throw new Error('the other process made no sandbox')
    return handle
  }

  async function adopted(handle: SandboxHandle): Promise<{ readonly sandbox: Sandbox; readonly running: Running }> {
    const sandbox = await bench().driver.adopt(handle)
    const running = await sandbox?.running()
    if (sandbox === undefined || running === undefined) throw new Error('nothing to adopt')
    return { sandbox, running }
  }

  it('G02 a command outlives a SIGKILL of the process that started it, and is adopted with all its output', async () => {
    const handle = await elsewhere('started', 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.1; done; exit 9')
    expect(handle.label).toEqual({ made: 'elsewhere' })
    expect(await bench().driver.list()).toContainEqual(handle)
    const { sandbox, running } = await adopted(handle)
    const pieces: OutputPiece[] = []
    for await (const piece of running.output(0)) pieces.push(piece)
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()).toBe('1\n2\n3\n4\n5\n6\n7\n8\n')
    expect(await running.exited()).toMatchObject({ code: 9 })
    // Starts in the middle, like a reader that continues from the dead process's position.
    const rest: Buffer[] = []
    for await (const { bytes } of running.output(pieces[2]?.nextOffset ?? 0)) rest.push(bytes)
    expect(Buffer.concat(rest).toString()).toBe(Buffer.concat(pieces.slice(3).map(({ bytes }) => bytes)).toString())
    const snapshot = await sandbox.snapshot({ cache: null, origin: {} })
    await sandbox.destroy()
    expect(await bench().print('pwd', { from: snapshot.id })).toBe('/workspace\n')
  })

  it('G02 an output directory is read after adoption, whether its command ended before or after it', async () => {
    const scripts = ['sleep 0.5; echo late >"$HARMONT_OUTPUT/summary.md"', 'echo soon >"$HARMONT_OUTPUT/summary.md"']
    const texts: (string | undefined)[] = []
    for (const handle of await allElsewhere('started', scripts)) {
      const { sandbox } = await adopted(handle)
      const files = await sandbox.outputFiles()
      expect(files.complete).toBe(true)
      texts.push((await files.read('summary.md', 100))?.toString())
      await sandbox.destroy()
    }
    expect(texts).toEqual(['late\n', 'soon\n'])
  })

  above('G02 an adopted command can be killed, and its deadline can be moved', async () => {
    const mark = newMark()
    const { sandbox, running } = await adopted(await elsewhere('started', `sleep 1000.${mark}`))
    await running.extend(new Date(Date.now() + 2_000))
    await running.extend(new Date(Date.now() + 60_000))
    // The watchdog that ends this command has also checked the adopted one after its first
    // deadline.
    const other = await bench().start('sleep 1000', { deadlineMs: 2_000 })
    expect(await other.running.exited()).toMatchObject({ overdue: true })
    expect(await subject.markedProcesses(mark)).toHaveLength(1)
    await running.kill('SIGKILL')
    expect(await running.exited()).toMatchObject({ code: 137 })
    expect(await subject.markedProcesses(mark)).toEqual([])
    await sandbox.destroy()
  })

  above(
    'G02 commands that ended unobserved report how they ended; one that killed itself is not reported as overdue',
    async () => {
      const [ended, killed] = await allElsewhere('ended', ['echo alone; exit 4', 'kill -KILL $$'])
      if (ended === undefined || killed === undefined) throw new Error('the other process made too few sandboxes')
      const one = await adopted(ended)
      expect(await finish(one.running)).toMatchObject({ stdout: 'alone\n', exit: { code: 4, limit: null } })
      await one.sandbox.destroy()
      const other = await adopted(killed)
      expect(await other.running.exited()).toMatchObject({ code: 137, signal: 'SIGKILL', overdue: false })
      await other.sandbox.destroy()
    },
  )

  for (const hours of [1, -1])
    above(
      `G64 the times of an adopted command are on the clock of the adopting process, ${hours} h ahead`,
      async () => {
        const real = processClock.at(0)
        processClock.set(real + hours * 3_600_000)
        try {
          const before = now()
          const { sandbox, running } = await adopted(await elsewhere('ended', 'sleep 0.1'))
          const { endedAt } = await running.exited()
          const times = [before, running.startedAt.getTime(), endedAt.getTime(), now()]
          expect(times).toEqual(times.toSorted((a, b) => a - b))
          await sandbox.destroy()
        } finally {
          processClock.set(real)
        }
      },
    )

  above('a command dies at its deadline even if the process that started it is dead', async () => {
    const mark = newMark()
    const handle = await elsewhere('started', `trap '' TERM; setsid sleep 1000.${mark} & sleep 1001.${mark}`, () =>
      until(
        () => subject.markedProcesses(mark),
        ({ length }) => length === 2,
      ),
    )
    // Moves the deadline, in hundredths of a second since boot, into the past.
    await writeFile(join(bench().directory, 'sandboxes', handle.id, 'state/deadline'), '0\n')
    await until(
      () => subject.markedProcesses(mark),
      ({ length }) => length === 0,
    )
    const { sandbox, running } = await adopted(handle)
    expect(await running.exited()).toMatchObject({ code: 137, signal: 'SIGKILL', overdue: true })
    await sandbox.destroy()
  })

  alike('a directory belongs to one live process, this one or another', async () => {
    await expect(subject.openDriver(shared().directory)).rejects.toMatchObject({
      code: 'provision_failed',
      message: expect.stringContaining(`another process is using the sandboxes in ${shared().directory}`),
    })
    await elsewhere('created', '')
    await expect(subject.openDriver(directory())).rejects.toMatchObject({ code: 'provision_failed' })
    await bench().driver.close()
    own = await Bench.open(await subject.openDriver(directory()), subject.image, directory())
  })

  above(
    'G24 a sandbox that a killed process made but did not start cannot be adopted, and adopting it clears it',
    async () => {
      const handle = await elsewhere('created', '')
      expect(await bench().driver.list()).toContainEqual(handle)
      expect(await bench().driver.adopt(handle)).toBeUndefined()
      expect(await bench().driver.list()).not.toContainEqual(handle)
    },
  )

  above('sandboxes that lost any of their files can still be cleared', async () => {
    const files = ['sandbox.json', 'spool', 'state', 'state/started.json', 'state/exit', 'state/exit/sync']
    const mark = newMark()
    const handles = await allElsewhere(
      'started',
      files.map(() => `sleep 1000.${mark}`),
    )
    for (const [index, { id }] of handles.entries())
      await rm(join(bench().directory, 'sandboxes', id, files[index] ?? ''), { recursive: true })
    for (const [index, handle] of handles.entries()) {
      await (await bench().driver.adopt(handle))?.destroy()
      const left = (await bench().driver.list()).map(({ id }) => id)
      expect([files[index], left.includes(handle.id)]).toEqual([files[index], false])
    }
    expect(await subject.markedProcesses(mark)).toEqual([])
  })

  above('reports an unknown outcome if the monitor is killed with the command', async () => {
    const mark = newMark()
    const { sandbox, running } = await shared().start(`echo up; sleep 1000.${mark}`)
    const [command] = await until(
      () => subject.markedProcesses(mark),
      ({ length }) => length === 1,
    )
    // An ordinary user's command ends with its monitor, which is the first process of its namespace.
    for (const pid of [...(await monitorsOf(sandbox.handle.id)), command ?? 0]) killProcess(pid)
    expect(await running.exited()).toMatchObject({ code: null, signal: null })
    expect(await subject.markedProcesses(mark)).toEqual([])
    await sandbox.destroy()
  })
}

async function monitorsOf(id: string): Promise<readonly number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (line.startsWith('conmon\0') && line.includes(id)) found.push(Number(name))
  }
  return found
}

/** Returns the first line of a program's output. */
export async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const data of child.stdout ?? []) {
    text += String(data)
    if (text.includes('\n')) break
  }
  return text
}
