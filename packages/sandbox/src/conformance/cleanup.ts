import { readdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { type Bench, command, finish } from './bench.ts'
import { machineState } from './machine.ts'

export function cleanupTests(bench: () => Bench, network: () => 'egress' | 'none'): void {
  it('G24 nothing of a sandbox remains: processes, mounts, control groups, links, files', async () => {
    // What waits for the next sandbox comes and goes; it is the same number of things before and after.
    const settle = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      const { mounts, groups, links, processes } = await machineState(bench().directory)
      return {
        mounts,
        groups: groups?.length,
        links: links?.length,
        processes: processes?.filter((line) => !line.includes('watchdog')).length,
      }
    }
    await bench().print('true', { network: network() })
    const before = await settle()
    const sandboxes = await Promise.all(
      Array.from({ length: 4 }, async (_, i) => {
        const { sandbox, running } = await bench().start(i % 2 === 0 ? 'echo done' : 'setsid sleep 1000 & sleep 1000', {
          network: network(),
        })
        if (i % 2 === 0) await finish(running)
        return sandbox
      }),
    )
    expect((await machineState(bench().directory)).groups?.length).toBeGreaterThan(before.groups ?? 0)
    await Promise.all(sandboxes.map((sandbox) => sandbox.destroy()))
    expect(await settle()).toEqual(before)
    expect(await readdir(`${bench().directory}/sandboxes`)).toEqual([])
    expect((await readdir(`${bench().directory}/crun`)).filter((name) => !name.startsWith('.'))).toEqual([])
  })

  it('makes 30 sandboxes at once', async () => {
    const outputs = await Promise.all(
      Array.from({ length: 30 }, (_, i) => bench().print(`echo ${i}`, { network: network() })),
    )
    expect(outputs).toEqual(Array.from({ length: 30 }, (_, i) => `${i}\n`))
  })

  it('says why a command cannot be started, and can be destroyed then', async () => {
    const sandbox = await bench().create()
    await expect(
      sandbox.start({ ...command('true'), workingDirectory: '/usr/bin/env/not-a-directory' }),
    ).rejects.toMatchObject({
      code: 'provision_failed',
      message: expect.stringMatching(/could not be started: .*not-a-directory/),
    })
    await sandbox.destroy()
  })

  it('refuses an id that it has or that is none', async () => {
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
}
