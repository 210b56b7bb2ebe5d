/** Services that attack their neighbours and the programs that watch them. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { effort } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OciDriver } from '../../src/driver/driver.ts'
import { runtimeNames } from '../../src/launch/runtimes/index.ts'
import { privilegeMode } from '../../src/privilege/privilege-mode.ts'
import type { ResolvedImage, ServiceSpec } from '../../src/sandbox-driver.ts'
import { command, finish } from '../bench.ts'
import { answers, ask, onPort, patient, print, printed, service as serviceOf } from '../services.ts'
import { openDriver } from '../test-driver.ts'

const directory = mkdtempSync('/var/tmp/harmont-service-attacks-')
let driver: OciDriver
let host: ResolvedImage
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const isRoot = privilegeMode.kind === 'root'
const limits = { cpu: 2, memoryBytes: 512 << 20, diskBytes: 32 << 20, pids: 200 }
const service = (name: string, script: string, more: Partial<ServiceSpec> = {}) => serviceOf(host, name, script, more)
let count = 0
const create = (services: readonly ServiceSpec[]) =>
  driver.create({
    id: `attack-${process.pid}-${count++}`,
    label: {},
    base: { image: host },
    limits,
    network: 'none',
    services,
  })

// The tests run under runsc in soak only.
const runtimes = isRoot && effort >= 5 ? runtimeNames : (['crun'] as const)

describe.each(runtimes)('services that attack with %s', (runtime) => {
  const own = join(directory, runtime)
  beforeAll(async () => {
    driver = await openDriver(own, { runtime })
    host = await driver.resolveImage('host')
  })
  afterAll(() => driver.close())

  it('G22 G70 a service that fills its disk is killed for it, and its step and the other service continue', async () => {
    const sandbox = await create([
      service('hoarder', 'echo up; head -c 100M /dev/zero >/filled; exec sleep 600', { ready: printed('up') }),
      service('calm', answers(5432, 'calm'), { ready: onPort(5432) }),
    ])
    await sandbox.startServices(patient)
    const [hoarder] = await Promise.all(sandbox.services.map((each) => each.started()))
    // The watchdog scans twice a second, and a command's end also triggers a check.
    expect((await hoarder?.exited())?.limit).toBe('disk')
    expect(await print(sandbox, ask('calm', 5432))).toBe('calm\n')
    await sandbox.destroy()
  })

  it.runIf(isRoot)(
    'G57 G70 a service that forks without end is slowed down as a command is, and ends with its step',
    async () => {
      const bomb = `python3 -uc 'import os
print("up")
while True:
  try: os.fork()
  except OSError: pass'`
      const sandbox = await create([service('bomb', bomb, { ready: printed('up') })])
      await sandbox.startServices(patient)
      const state = join(own, 'sandboxes', `${sandbox.handle.id}-s0`, 'state')
      // runsc limits the service's processes in a kernel of its own, so its step is not slowed
      // down.
      if (runtime === 'runsc') expect(await print(sandbox, 'echo on')).toBe('on\n')
      else await until(() => readdirSync(state).includes('slowed'))
      await sandbox.destroy()
      expect(readdirSync(join(own, 'sandboxes'))).toEqual([])
    },
  )

  it('G57 a service with 5,000 sockets that listen is ready by its port, and one that listens on its own loopback only is not', async () => {
    const listens = `exec python3 -uc 'import socket
kept = [socket.create_server(("127.0.%d.%d" % (i // 250, 1 + i % 250), 5432)) for i in range(5000)]
print("all")
import time
time.sleep(0.3)
last = socket.create_server(("0.0.0.0", 5433))
time.sleep(600)'`
    const sandbox = await create([
      service('many', listens, { ready: onPort(5433) }),
      service('own', listens, { needs: ['many'], ready: { ...onPort(5432), timeoutSeconds: 2 } }),
    ])
    await expect(sandbox.startServices(patient)).rejects.toThrow('nothing listened on its port 5432')
    expect(await sandbox.services[0]?.state()).toBe('ready')
    await sandbox.destroy()
  })

  it('G20 G67 processes that a command left running cannot change anything while its files are read', async () => {
    const swaps = 'setsid sh -c "while :; do mv dist real; ln -s /etc dist; rm dist; mv real dist; done" & sleep 0.2'
    const sandbox = await create([service('other', 'exec sleep 600')])
    await sandbox.startServices(patient)
    await finish(await sandbox.start(command(`mkdir dist; echo inside >dist/passwd; ${swaps}`)))
    const request = { patterns: ['**'], maxFiles: 10, maxEntries: 100, maxMs: 60_000 }
    await sandbox.withFiles(async (files) => {
      const first = await files.list(request)
      for (let look = 0; look < 20; look += 1) expect(await files.list(request)).toEqual(first)
      for (const { path, bytes } of first.files) {
        const read = await files.read([{ path, from: 0, length: bytes }], Buffer.alloc(100))
        expect(Buffer.from(read).toString()).toBe('inside\n')
      }
      expect(first.files.map(({ path }) => path)).toHaveLength(1)
    })
    await sandbox.destroy()
  })
})
