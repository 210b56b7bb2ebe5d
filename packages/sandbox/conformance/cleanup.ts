import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { until } from '@harmont/test-kit/until'
import { expect, it } from 'vitest'
import { aboveRuntime, sameForAll } from './above-runtime.ts'
import { Bench, command, type DriverUnderTest, finish } from './bench.ts'
import { inMemory, linkPrefix, machineState, namesOf } from './machine.ts'

export function cleanupTests(
  bench: () => Bench,
  network: () => 'egress' | 'none',
  subject: DriverUnderTest,
  directory: () => string,
): void {
  const above = aboveRuntime(subject)
  const alike = sameForAll(subject)

  it('G24 no part of a sandbox remains: processes, mounts, control groups, links, files', async () => {
    const prefix = network() === 'none' ? 'none of ours' : await linkPrefix(bench().directory)
    const sandboxes = await Promise.all(
      Array.from({ length: 4 }, async (_, i) => {
        const { sandbox, running } = await bench().start(i % 2 === 0 ? 'echo done' : 'setsid sleep 1000 & sleep 1000', {
          network: network(),
        })
        if (i % 2 === 0) await finish(running)
        return sandbox
      }),
    )
    // Compared by name, because launchers for later sandboxes come and go.
    const names = (await Promise.all(sandboxes.map(({ handle }) => namesOf(bench().directory, handle.id)))).flat()
    const left = async () => {
      const all = Object.values(await machineState(bench().directory, prefix)).flat()
      return names.filter((name) => all.some((line) => line.includes(name)))
    }
    expect((await left()).length).toBeGreaterThan(sandboxes.length)
    await Promise.all(sandboxes.map((sandbox) => sandbox.destroy()))
    expect(await left()).toEqual([])
    expect(await readdir(`${bench().directory}/sandboxes`)).toEqual([])
    expect(await inMemory(sandboxes.map(({ handle }) => handle.id))).toEqual([])
    // The runtime's state, if it is not in memory.
    const notes = `${bench().directory}/crun`
    expect(existsSync(notes) ? (await readdir(notes)).filter((name) => !name.startsWith('.')) : []).toEqual([])
  })

  above(`makes ${subject.sizes.atOnce} sandboxes at once`, async () => {
    const outputs = await Promise.all(
      Array.from({ length: subject.sizes.atOnce }, (_, i) => bench().print(`echo ${i}`, { network: network() })),
    )
    expect(outputs).toEqual(Array.from({ length: subject.sizes.atOnce }, (_, i) => `${i}\n`))
  })

  it('reports why a command cannot be started, and the sandbox can be destroyed afterwards', async () => {
    const sandbox = await bench().create()
    await expect(
      sandbox.start({ ...command('true'), workingDirectory: '/usr/bin/env/not-a-directory' }),
    ).rejects.toMatchObject({
      code: 'provision_failed',
      message: expect.stringMatching(/could not start the command: .*not-a-directory/),
    })
    await sandbox.destroy()
  })

  alike('refuses an id that exists or is invalid', async () => {
    const { sandbox } = await bench().start('sleep 5')
    const spec = {
      label: {},
      base: { image: bench().image },
      limits: { cpu: 1, memoryBytes: 1 << 28, diskBytes: 1 << 30, pids: 99 },
      network: 'none' as const,
    }
    await expect(bench().driver.create({ ...spec, id: sandbox.handle.id })).rejects.toMatchObject({
      code: 'provision_failed',
    })
    await expect(bench().driver.create({ ...spec, id: '../x' })).rejects.toMatchObject({ code: 'provision_failed' })
    await sandbox.destroy()
  })

  above(
    'G24 closing the driver removes unstarted sandboxes, keeps running ones, and leaves nothing if none runs',
    async () => {
      const one = await Bench.open(await subject.openDriver(directory()), subject.image, directory())
      const unstarted = await one.create({ network: network() })
      const { sandbox, running } = await one.start('sleep 1; echo went on', { network: network() })
      const handles = [unstarted.handle, sandbox.handle]
      const names = (await Promise.all(handles.map(({ id }) => namesOf(directory(), id)))).flat()
      await one.driver.close()
      const two = await Bench.open(await subject.openDriver(directory()), subject.image, directory())
      expect(await two.driver.adopt(unstarted.handle)).toBeUndefined()
      const adopted = await (await two.driver.adopt(sandbox.handle))?.running()
      expect(adopted?.startedAt).toEqual(running.startedAt)
      expect(await finish(adopted ?? running)).toMatchObject({ stdout: 'went on\n', exit: { code: 0 } })
      await two.destroyAll()
      const prefix = network() === 'none' ? 'none of ours' : await linkPrefix(directory())
      // Compared by number: once this driver is closed, another one may reuse the names.
      const numberOf = (link: string) => link.split(':', 1)[0]
      const own = new Set((await machineState(directory(), prefix)).links?.map(numberOf))
      await two.driver.close()
      // The watchdog continues for 5 s.
      await until(
        async () => (await machineState(directory(), prefix)).processes,
        (processes) => processes?.length === 0,
        { restMs: 250 },
      )
      const { links = [], groups = [], mounts = [] } = await machineState(directory(), prefix)
      const lines = [...links, ...groups, ...mounts]
      expect(names.filter((name) => lines.some((line) => line.includes(name)))).toEqual([])
      expect(mounts.filter((line) => line.includes(directory()))).toEqual([])
      expect(links.filter((link) => own.has(numberOf(link)))).toEqual([])
      const kept = await Promise.all(['sandboxes', 'unbegun', 'trash'].map((name) => readdir(`${directory()}/${name}`)))
      expect([...kept.flat(), ...(await inMemory(handles.map(({ id }) => id)))]).toEqual([])
    },
  )
}
