import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OciDriver } from '../src/driver/driver.ts'
import { runtimeNames } from '../src/launch/runtimes/index.ts'
import { privilegeMode } from '../src/privilege/privilege-mode.ts'
import type { NetworkMode, ResolvedImage, SandboxHandle, ServiceSpec } from '../src/sandbox-driver.ts'
import { firstLine } from './adoption.ts'
import { command, finish } from './bench.ts'
import { machineState } from './machine.ts'
import {
  answers,
  ask,
  onPort,
  outputOf,
  patient,
  print,
  printed,
  service as serviceOf,
  states,
  withServices,
} from './services.ts'
import { openDriver } from './test-driver.ts'

const directory = mkdtempSync('/var/tmp/harmont-services-')
let driver: OciDriver
let host: ResolvedImage

afterAll(() => rmSync(directory, { recursive: true, force: true }))

const service = (name: string, script: string | null, more: Partial<ServiceSpec> = {}) =>
  serviceOf(host, name, script, more)

const create = (services: readonly ServiceSpec[], network: NetworkMode = 'none') =>
  withServices(driver, host, services, network)

const isRoot = privilegeMode.kind === 'root'

describe.each(isRoot ? runtimeNames : (['crun'] as const))('services with %s', (runtime) => {
  beforeAll(async () => {
    driver = await openDriver(join(directory, runtime), { runtime })
    host = await driver.resolveImage('host')
  })

  afterAll(() => driver.close())

  it('a command reaches its services by name, two of them on the same port', async () => {
    const sandbox = await create([
      service('db', answers(5432, 'one'), { ready: onPort(5432) }),
      service('other', answers(5432, 'two'), { ready: onPort(5432) }),
    ])
    await sandbox.startServices(patient)
    expect(await print(sandbox, `${ask('db', 5432)}; ${ask('other', 5432)}; ${ask('127.0.0.1', 5432)}`)).toMatch(
      /^one\ntwo\n.*refused\n$/,
    )
    await sandbox.destroy()
    expect(await driver.list()).toEqual([])
  })

  it('each service starts once the services that it needs are ready, by port, command and output', async () => {
    const sandbox = await create([
      service('last', 'echo "front: up and running"; exec sleep 60', {
        needs: ['app'],
        ready: { port: null, command: null, log: 'up .* running$', timeoutSeconds: 300 },
      }),
      service('app', `${ask('db', 5432)} >/tmp/seen; exec sleep 60`, {
        needs: ['db'],
        env: { WANTED: 'one' },
        ready: { port: null, command: 'test "$(cat /tmp/seen)" = "$WANTED"', log: null, timeoutSeconds: 300 },
      }),
      service('db', `sleep 0.3; ${answers(5432, 'one')}`, { ready: onPort(5432) }),
    ])
    const starting = sandbox.startServices(patient)
    expect(await states(sandbox)).toEqual(['waiting', 'waiting', 'starting'])
    await starting
    expect(await states(sandbox)).toEqual(['ready', 'ready', 'ready'])
    const [last, app, db] = await Promise.all(sandbox.services.map(async (each) => (await each.started())?.startedAt))
    expect(Number(last)).toBeGreaterThanOrEqual(Number(app))
    expect(Number(app)).toBeGreaterThanOrEqual(Number(db) + 300)
    expect(await sandbox.services[2]?.ready()).toBeGreaterThan(300)
    await sandbox.destroy()
  })

  it('a service that ends too early, or is not ready in time, fails the start', async () => {
    const early = await create([
      service('db', 'echo no disk; exit 3', { ready: onPort(5432) }),
      service('slow', 'exec sleep 60', { ready: onPort(1) }),
    ])
    await expect(early.startServices(patient)).rejects.toMatchObject({
      code: 'service_failed',
      service: 'db',
      message: 'The service db ended with exit 3 before it was ready.',
      exit: { code: 3 },
    })
    const [db] = early.services
    const running = await db?.started()
    expect(running && (await finish(running)).stdout).toBe('no disk\n')
    await early.destroy()
    const late = await create([
      service('db', 'exec sleep 60', { ready: { port: 5432, command: null, log: 'up', timeoutSeconds: 1 } }),
    ])
    await expect(late.startServices(patient)).rejects.toMatchObject({
      code: 'service_timeout',
      message:
        'The service db was not ready after 1 s: nothing listened on its port 5432; no line of its output matched "up".',
    })
    await late.destroy()
    const empty = await create([service('db', null)])
    await expect(empty.startServices(patient)).rejects.toThrow('nothing to start: its image defines no program')
    await empty.destroy()
  })

  it('the command of a readiness check runs last', async () => {
    const script = 'sleep 0.5; test ! -e /asked || echo early; echo up; exec sleep 60'
    const sandbox = await create([service('db', script, { ready: { ...printed('up'), command: 'touch /asked' } })])
    await sandbox.startServices(patient)
    expect(await outputOf(sandbox.services[0])).toBe('up\n')
    await sandbox.destroy()
  })

  it.runIf(isRoot)('G70 a service has no way out and reaches only its step and other services', async () => {
    const outside = `python3 -c 'import socket; socket.create_connection(("1.1.1.1", 53), 1)' 2>&1 | tail -1`
    const gateway = `ip route add default via "$(hostname -I | cut -d. -f1-3).1" 2>&1; ${outside}`
    const sandbox = await create(
      [
        service('closed', `${gateway}; cat /etc/hosts; echo over; exec sleep 60`, { ready: printed('over') }),
        service('open', 'ip -brief address; echo over; exec sleep 60', { egress: true, ready: printed('over') }),
      ],
      'egress',
    )
    await sandbox.startServices(patient)
    expect(await print(sandbox, 'cat /proc/sys/net/ipv4/ip_forward')).toBe('0\n')
    const [closed, open] = await Promise.all(sandbox.services.map(outputOf))
    expect(closed).toMatch(/unreachable|No route/)
    expect(closed).toMatch(/\.2 closed\n.*\.3 open\n/)
    expect(open).toMatch(/eth0/)
    await sandbox.destroy()
  })

  it('runs the program of an image as its user, in its directory, and is ready on its only port', async () => {
    const program = {
      args: ['sh', '-c', `id -u; id -G; pwd; echo "$HOME"; grep CapEff /proc/self/status; ${answers(7000, 'image')}`],
      ...{ user: 'www-data', workingDirectory: '/var', ports: [7000], stopSignal: 'SIGINT' },
    }
    const base = { image: { ...host, program } }
    const sandbox = await create([service('web', null, { base, localhost: runtime === 'crun' })])
    await sandbox.startServices(patient)
    expect(await print(sandbox, ask(runtime === 'crun' ? '127.0.0.1' : 'web', 7000))).toBe('image\n')
    expect(await outputOf(sandbox.services[0])).toBe(
      '33\n33\n/var\n/var/www\nCapEff:\t0000000000000000\nlistening on 7000\n',
    )
    await sandbox.destroy()
  })

  it('a stopped service’s files are the start of other services, which share nothing afterwards', async () => {
    const stores = `mkdir -p /data; echo more >>/data/file; trap "echo clean >>/data/file; exit 0" INT; echo up; while :; do sleep 0.05; done`
    const first = await create([
      service('db', stores, { ready: printed('up'), stop: { signal: 'SIGINT', seconds: 5 } }),
      service('stubborn', 'trap "" TERM; echo up; while :; do sleep 1; done', {
        ready: printed('up'),
        stop: { signal: null, seconds: 0 },
      }),
    ])
    await first.startServices(patient)
    await print(first, 'true')
    const [db, stubborn] = first.services
    expect((await stubborn?.stop())?.signal).toBe('SIGKILL')
    expect((await db?.stop())?.code).toBe(0)
    const snapshot = await db?.snapshot({ cache: null, origin: {} })
    await first.destroy()
    if (snapshot === undefined) throw new Error('no snapshot')
    const clone = (name: string) =>
      service(name, 'cat /data/file; echo mine >>/data/file; echo up; exec sleep 60', {
        base: { snapshot: snapshot.id },
        ready: printed('up'),
      })
    const second = await create([clone('a'), clone('b')])
    await second.startServices(patient)
    expect(await Promise.all(second.services.map(outputOf))).toEqual(['more\nclean\nup\n', 'more\nclean\nup\n'])
    await second.destroy()
    await driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 })
  })

  // Under runsc the whole service ends at the limit. An ordinary user cannot limit memory.
  it.runIf(isRoot && runtime === 'crun')(
    'G70 limits hold for the command and its services together, and a kill counts where it hit',
    async () => {
      const eats = `python3 -c 'x = bytearray(400 << 20)
import time; time.sleep(60)'; echo "ended with $?"; exec sleep 60`
      const sandbox = await create([
        service('idle', 'exec sleep 60'),
        service('eater', `sleep 0.2; ${eats}`, { ready: printed('ended with 137') }),
        service(
          'calm',
          `python3 -c 'x = bytearray(200 << 20)
print("up", flush=True)
import time; time.sleep(60)'`,
          { ready: printed('up') },
        ),
      ])
      await sandbox.startServices(patient)
      const [idle, eater, calm] = await Promise.all(sandbox.services.map((each) => each.started()))
      const running = await sandbox.start(command('exit 1'))
      expect(await running.exited()).toMatchObject({ code: 1, limit: null })
      await Promise.all([idle, eater, calm].map((each) => each?.kill('SIGKILL')))
      expect(await eater?.exited()).toMatchObject({ limit: 'memory' })
      expect(await calm?.exited()).toMatchObject({ limit: null, signal: 'SIGKILL' })
      await sandbox.destroy()
    },
  )

  it.runIf(runtime === 'crun')(
    'output that one reader has released remains available to another, slower reader',
    async () => {
      const bytes = 70 << 20
      const sandbox = await create([])
      const loud = `yes "$(printf %04000d 0)" | head -c ${bytes}`
      const running = await sandbox.start(command(loud, { deadlineMs: 600_000 }))
      const behind = running.output(0)[Symbol.asyncIterator]()
      const first = await behind.next()
      for await (const { nextOffset } of running.output(0)) await running.release(nextOffset)
      let read = first.done === true ? 0 : first.value.bytes.length
      for (let next = await behind.next(); next.done !== true; next = await behind.next())
        read += next.value.bytes.length
      expect(read).toBe(bytes)
      await sandbox.destroy()
    },
  )

  it('G02 services outlive a SIGKILL of their process, and are adopted with their command or not at all', async () => {
    const elsewhere = join(directory, `${runtime}-elsewhere`)
    const program = fileURLToPath(new URL('services-process.test-support.ts', import.meta.url))
    const child = spawn(process.execPath, [program, elsewhere, runtime], { stdio: ['ignore', 'pipe', 'inherit'] })
    const handles = JSON.parse(await firstLine(child)) as readonly SandboxHandle[]
    child.kill('SIGKILL')
    await once(child, 'exit')
    const other = await openDriver(elsewhere, { runtime })
    expect((await other.list()).map(({ id }) => id).toSorted()).toEqual(handles.map(({ id }) => id).toSorted())
    const [whole, damaged, waiting] = handles
    const sandbox = whole && (await other.adopt(whole))
    const running = await sandbox?.running()
    if (sandbox === undefined || running === undefined) throw new Error('nothing to adopt')
    expect(await states(sandbox)).toEqual(['ready', 'ended'])
    const [db] = sandbox.services
    const later = new Date(Date.now() + 600_000)
    await running.extend(later)
    expect((await finish(running)).stdout).toBe('one\none\n')
    expect(await outputOf(db)).toBe('listening on 5432\n')
    expect((await db?.stop())?.signal).toBe('SIGKILL')
    // The record of one of its services is lost.
    expect(damaged && (await other.adopt(damaged))).toBeUndefined()
    expect(waiting && (await other.mayHaveBegun(waiting))).toBe(false)
    if (waiting !== undefined) await other.clearUnbegun(waiting)
    await sandbox.destroy()
    expect(readdirSync(join(elsewhere, 'sandboxes'))).toEqual([])
    await other.close()
    const { processes } = await machineState(elsewhere, 'none')
    expect(processes?.filter((line) => !line.includes('watchdog'))).toEqual([])
  })
})
