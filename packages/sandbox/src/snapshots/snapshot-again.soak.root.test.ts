import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chance, scaled } from '@harmont/test-kit/effort'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Bench } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import type { OciDriver } from '../driver/driver.ts'
import { openTestLayout } from '../layout/layout.test-support.ts'
import { type Layout, type SandboxFiles, sandboxFiles } from '../layout/layout.ts'
import type { Sandbox, SandboxHandle } from '../sandbox-driver.ts'
import { bootId } from '../system/clock.ts'

let root: string
let directory: string
let layout: Layout
let driver: OciDriver
let bench: Bench

async function open(): Promise<void> {
  driver = await openDriver(directory)
  bench = await Bench.open(driver, 'host', directory)
}

beforeEach(async () => {
  root = await mkdtemp('/var/tmp/harmont-snapshot-again-')
  directory = join(root, 'driver')
  layout = openTestLayout(directory)
})
afterEach(async () => {
  await bench.destroyAll()
  await driver.close()
  await rm(root, { recursive: true, force: true })
})

async function adopted(handle: SandboxHandle): Promise<Sandbox> {
  const sandbox = await driver.adopt(handle)
  if (sandbox === undefined) throw new Error(`nothing of ${handle.id} to adopt`)
  return sandbox
}

const meta = (key: string) => ({ cache: { namespace: 'n', key }, origin: { step: key } })
const sandboxesEach = 4
const planned = '00000000-1111-4222-8333-444444444444'

/** States of the file system during a freeze, each with the change that leads to it. */
const lines: readonly (readonly [string, (files: SandboxFiles) => Promise<void>])[] = [
  ['the id was recorded', (files) => writeFile(files.snapshotId, planned)],
  ['the directory was made', (files) => mkdir(files.snapshot)],
  ['half of a record was written', (files) => writeFile(join(files.snapshot, 'snapshot.json.0'), '{"version":1,')],
  [
    'the record was written',
    async (files) => {
      await rm(join(files.snapshot, 'snapshot.json.0'))
      const { digest } = bench.image
      const rest = { parent: null, imageDigest: digest, layers: [planned], source: null, bootId, meta: meta('k') }
      const record = { version: 1, id: planned, createdAt: '2026-01-01T00:00:00.000Z', ...rest }
      await writeFile(join(files.snapshot, 'snapshot.json'), JSON.stringify(record))
    },
  ],
  ['the layer was moved', (files) => rename(files.upper, join(files.snapshot, 'layer'))],
  ['everything except the cache entry was done', (files) => rename(files.snapshot, join(layout.snapshots, planned))],
]

describe('a snapshot that a killed process started', () => {
  it.each(lines.map(([name], index) => [name, index] as const))(
    'G02 is completed by the next process under the same id after %s',
    async (_, last) => {
      await open()
      const { sandbox } = await bench.run('echo kept >file; exit 3')
      const files = sandboxFiles(layout.sandboxes, sandbox.handle.id)
      for (const [, go] of lines.slice(0, last + 1)) await go(files)
      await driver.close()

      await open()
      expect(await driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 })).toEqual([])
      const again = await adopted(sandbox.handle)
      expect(await (await again.running())?.exited()).toMatchObject({ code: 3 })
      const snapshot = await again.snapshot(meta('k'))
      expect(snapshot).toMatchObject({ id: planned, meta: meta('k') })
      expect(await again.snapshot(meta('k'))).toEqual(snapshot)
      expect(await driver.snapshots.find('n', 'k')).toEqual(snapshot)
      await again.destroy()
      expect(await readdir(layout.snapshots)).toEqual([planned])
      expect(await bench.print('cat file', { from: snapshot.id })).toBe('kept\n')
    },
  )

  const random = chance()
  it.each(Array.from({ length: scaled(1, 40) }, () => [random.between(0, sandboxesEach - 1), random.between(0, 20)]))(
    'G02 is complete and exists once if the process was killed after %d freezes and %d ms',
    async (whole, delayMs) => {
      const program = fileURLToPath(new URL('freezing-process.test-support.ts', import.meta.url))
      const child = spawn(process.execPath, [program, directory, `${sandboxesEach}`], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const said = createInterface(child.stdout)[Symbol.asyncIterator]()
      const handles = JSON.parse(String((await said.next()).value)) as readonly SandboxHandle[]
      // It starts the next freeze on request.
      for (let done = 0; done < whole; done++) {
        child.stdin.write('next\n')
        await said.next()
      }
      child.stdin.write('next\n')
      // The kill may come at any moment: within a freeze, or just before or after it.
      await sleep(delayMs)
      child.kill('SIGKILL')
      await once(child, 'exit')
      const moved = (await readdir(layout.snapshots)).length
      expect(moved - whole).toBeGreaterThanOrEqual(0)
      expect(moved - whole).toBeLessThanOrEqual(1)

      await open()
      for (const handle of handles) {
        const which = handle.label.which ?? ''
        const sandbox = await adopted(handle)
        const { id } = await sandbox.snapshot(meta(which))
        await sandbox.destroy()
        expect((await driver.snapshots.find('n', which))?.id).toBe(id)
        expect(await readdir(join(layout.snapshots, id, 'layer', 'workspace'))).toEqual(['which'])
      }
      expect(await driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 })).toHaveLength(sandboxesEach)
      expect(await readdir(layout.snapshots)).toEqual([])
    },
  )
})
