import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { chance, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OciDriver } from '../src/driver/driver.ts'
import type { ResolvedImage, Sandbox } from '../src/sandbox-driver.ts'
import { command, finish } from './bench.ts'
import { inMemory, linkPrefix, machineState, namesOf } from './machine.ts'
import { answers, ask, onPort, patient, service, withServices } from './services.ts'
import { openDriver } from './test-driver.ts'

const directory = mkdtempSync('/var/tmp/harmont-services-remain-')
const steps = scaled(8, 100)
const atOnce = 4
let driver: OciDriver
let host: ResolvedImage

beforeAll(async () => {
  driver = await openDriver(directory)
  host = await driver.resolveImage('host')
})

afterAll(async () => {
  await driver.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Stages at which a step is destroyed. */
const stages = ['made', 'starting', 'ready', 'running', 'ended', 'frozen'] as const

it(`G70 nothing remains of ${steps} steps with three services each, whatever their stage`, async () => {
  const random = chance()
  const prefix = await linkPrefix(directory)
  const ids: string[] = []
  const names: string[] = []
  const oneStep = async (stage: (typeof stages)[number]) => {
    const sandbox = await withServices(driver, host, threeServices(host), 'egress')
    const own = [sandbox.handle.id, ...sandbox.services.map((_, index) => `${sandbox.handle.id}-s${index}`)]
    ids.push(...own)
    for (const id of own) names.push(...(await namesOf(directory, id)))
    await bring(sandbox, stage)
    await sandbox.destroy()
  }
  for (let left = steps; left > 0; left -= atOnce) {
    const now = Array.from({ length: Math.min(atOnce, left) }, () => random.pick(stages))
    await Promise.all(now.map(oneStep))
  }
  const left = async () => {
    const all = Object.values(await machineState(directory, prefix)).flat()
    return names.filter((name) => all.some((line) => line.includes(name)))
  }
  expect(await left()).toEqual([])
  expect(readdirSync(join(directory, 'sandboxes'))).toEqual([])
  expect(await inMemory(ids)).toEqual([])
  await driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 })
  expect(readdirSync(join(directory, 'snapshots'))).toEqual([])
  await until(() => readdirSync(join(directory, 'trash')).length === 0)
})

function threeServices(image: ResolvedImage) {
  return [
    service(image, 'a', answers(5432, 'a'), { ready: onPort(5432) }),
    service(image, 'b', `setsid sleep 1000 & ${answers(5432, 'b')}`, { ready: onPort(5432), egress: true }),
    service(image, 'c', 'trap "exit 0" TERM; sleep 1000 & wait', { needs: ['a'] }),
  ]
}

async function bring(sandbox: Sandbox, stage: (typeof stages)[number]): Promise<void> {
  if (stage === 'made') return
  const starting = sandbox.startServices(patient)
  if (stage === 'starting') {
    await Promise.race([starting, sandbox.services[0]?.started()])
    // The sandbox is destroyed meanwhile.
    starting.catch(() => {})
    return
  }
  await starting
  if (stage === 'ready') return
  const running = await sandbox.start(command(`${ask('a', 5432)}; ${stage === 'running' ? 'sleep 1000' : 'true'}`))
  if (stage === 'running') return
  expect((await finish(running)).stdout).toBe('a\n')
  if (stage === 'ended') return
  expect((await sandbox.services[2]?.stop())?.code).toBe(0)
  await sandbox.services[2]?.snapshot({ cache: null, origin: {} })
}
