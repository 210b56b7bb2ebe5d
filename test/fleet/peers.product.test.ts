/**
 * Tests the transfer of layers between three runners on separate hosts: over a cut link, from a
 * killed runner, and from two runners with a flipped bit on disk.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, globSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { touchInSandbox } from '@harmont/test-kit/touch-in-sandbox'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd, flatIr } from '../product.ts'
import { openPipeline } from '../torture/builds.ts'
import { type Fleet, startFleet } from './fleet.ts'
import type { Member } from './member.ts'
import { cut, limit } from './network.ts'

let fleet: Fleet
let hasten: () => Promise<void>

beforeAll(async () => {
  fleet = await startFleet({
    ...{ runners: 3, slots: 2, leaseSeconds: 60 },
    runnerEnv: ({ address }) => ({ HARMONT_PEER_ADDRESS: `${address}:4100` }),
  })
  await openPipeline(fleet, 'peers')
  // The transfer of a layer of some megabytes takes some seconds.
  hasten = await limit(fleet.host('runner-1'), 16_000)
})
afterAll(() => fleet?.remove())

function runner(number: 1 | 2 | 3): Member {
  const found = fleet.runners[number - 1]
  if (found === undefined) throw new Error(`there is no runner ${number}`)
  return found
}
const on = (number: 1 | 2 | 3) => ({ runner_args: { labels: [runner(number).name] } })
/** Returns a step that no earlier build had, so that it is not in the cache. */
const made = () => ({
  key: 'made',
  cmd: `head -c 12000000 /dev/urandom >large; sha256sum large >sum # ${randomUUID()}`,
  ...on(1),
})
const check = 'sha256sum --check sum'

async function submit(...steps: readonly Record<string, unknown>[]): Promise<number> {
  const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
  return (await fleet.api.createBuild('peers', build)).number
}

/** Waits until a part of a layer has arrived. */
const arrivingAt = ({ directory }: Member) =>
  until(
    () =>
      globSync(join(directory, 'sandboxes/trash/*/snapshot/blobs/erofs')).some((file) => {
        const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
        return size > 2_000_000
      }),
    undefined,
    { restMs: 5 },
  )
const logOf = ({ name }: Member) => readFileSync(join(fleet.folder, `${name}.log`), 'utf8')
const cutsAt = (member: Member) =>
  [...logOf(member).matchAll(/could not read sha256:\w+ from the runner \S+ at \S+, byte (\d+)/g)].map(([, at]) =>
    Number(at),
  )
/** Returns how many objects of layers API processes have given to runners. */
const givenByServers = () =>
  fleet.members
    .filter(({ role }) => role === 'api')
    .reduce((sum, member) => sum + logOf(member).split('/runners/v1/layers/fetch').length - 1, 0)

async function expectPassed(number: number): Promise<void> {
  const { build, jobs } = await buildEnd(fleet.api, 'peers', number)
  const logs = await Promise.all([...jobs].map(async ([key, { id }]) => [key, await fleet.api.readLog(id)] as const))
  expect(build.state, JSON.stringify([...jobs.values(), logs])).toBe('passed')
  for (const [key, log] of logs) if (key !== 'made') expect(log).toContain('large: OK\n')
}

test('G116 a transfer from another runner resumes at its byte offset when a cut link is back', async () => {
  const given = givenByServers()
  const taker = runner(2)
  const number = await submit(made(), { key: 'taken', builds_in: 'made', cmd: check, ...on(2) })
  await arrivingAt(taker)
  const heal = await cut(taker.host, [runner(1).host], 'both')
  await until(() => cutsAt(taker).length > 0, undefined, { restMs: 5 })
  // The link is back before the next try, however long this takes on a busy machine.
  taker.signal('SIGSTOP')
  await heal()
  taker.signal('SIGCONT')
  await expectPassed(number)
  expect(cutsAt(taker)[0]).toBeGreaterThan(1_000_000)
  expect(givenByServers()).toBe(given)
})

test('G116 files come from the server when the sending runner is killed', async () => {
  const given = givenByServers()
  const number = await submit(made(), { key: 'taken', builds_in: 'made', cmd: check, ...on(2) })
  await arrivingAt(runner(2))
  await runner(1).end('SIGKILL')
  await expectPassed(number)
  await runner(1).start()
  expect(givenByServers()).toBe(given + 1)
})

/** Flips a bit in the middle of a runner's copy of a layer. */
function flip({ directory }: Member, layer: string): void {
  const file = openSync(join(directory, 'sandboxes/snapshots', layer, 'blobs/erofs'), 'r+')
  const middle = 6_000_000
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, middle)
  writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, middle)
  closeSync(file)
}

test('G116 a flipped bit at every runner with the files does not prevent their transfer', async () => {
  await hasten()
  const name = `harmont-waits-${randomUUID()}`
  const number = await submit(
    made(),
    {
      ...{ key: 'first', builds_in: 'made', ...on(2) },
      cmd: `exec sh -c '${check}; until [ -e /go ]; do sleep 0.05; done' ${name}`,
    },
    { key: 'second', builds_in: 'made', depends_on: ['first'], cmd: check, ...on(3) },
  )
  const states = async () =>
    new Map((await fleet.api.listJobs('peers', number)).map(({ step_key, id, state }) => [step_key, { id, state }]))
  const running = await until(states, (jobs) => jobs.get('first')?.state === 'running')
  const id = running.get('made')?.id
  const { rows } = await fleet.pool.query<{ snapshot: string }>('select snapshot from engine.jobs where id = $1', [id])
  const layer = rows[0]?.snapshot ?? ''
  for (const holder of [runner(1), runner(2)]) flip(holder, layer)
  const before = givenByServers()
  touchInSandbox(name, '/go')
  await expectPassed(number)
  expect(givenByServers()).toBe(before + 1)
  const struck = await fleet.pool.query(
    `select l.giver, (select count(*)::int from engine.layer_places p where p.snapshot = l.id and p.struck) as struck
     from engine.layers l where l.id = $1`,
    [layer],
  )
  expect(struck.rows).toEqual([{ giver: null, struck: 1 }])
  await fleet.end()
})
