import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import type { SandboxDriver } from '../src/sandbox-driver.ts'
import { adoptionTests } from './adoption.ts'
import { Bench, type DriverUnderTest } from './bench.ts'
import { cleanupTests } from './cleanup.ts'
import { filesTests } from './files.ts'
import { forkTests } from './forks.ts'
import { inputTests } from './inputs.ts'
import { isolationTests } from './isolation.ts'
import { killTests } from './kill.ts'
import { limitTests } from './limits.ts'
import { networkTests } from './network.ts'
import { outputTests } from './output.ts'
import { outputFileTests } from './output-files.ts'
import { snapshotTests } from './snapshots.ts'
import { sourceTests } from './source.ts'

/** Tests a driver against its interface and `docs/guarantees.md`, on real sandboxes. */
export function driverConformance(name: string, subject: DriverUnderTest): void {
  describe(`${name} driver`, () => {
    let root: string
    let driver: SandboxDriver
    let bench: Bench
    const get = (): Bench => bench

    beforeAll(async () => {
      // Not below /tmp, which may be a tmpfs: layers need a file system with extended attributes.
      root = await mkdtemp('/var/tmp/harmont-conformance-')
      driver = await subject.openDriver(join(root, 'driver'))
      bench = await Bench.open(driver, subject.image, join(root, 'driver'))
    })
    afterEach(() => bench.destroyAll())
    afterAll(async () => {
      await driver.close()
      await rm(root, { recursive: true, force: true })
    })

    describe('output and exit', () => outputTests(get, subject))
    describe('output directory', () => outputFileTests(get))
    describe('forks', () => forkTests(get, subject))
    describe('ending', () => killTests(get, subject))
    describe('adoption', () => adoptionTests(get, subject, () => join(root, 'adoption')))
    describe('limits', () => limitTests(get, subject))
    describe('isolation', () => isolationTests(get, subject))
    describe('snapshots', () => snapshotTests(get, subject))
    describe('files', () => filesTests(get, subject))
    describe('inputs', () => inputTests(get, subject))
    describe('source', () => sourceTests(get, subject))
    describe.skipIf(subject.without.has('network'))('network', () =>
      networkTests(get, subject, () => join(root, 'network')),
    )
    describe('cleaning up', () =>
      cleanupTests(
        get,
        () => (subject.without.has('network') ? 'none' : 'egress'),
        subject,
        () => join(root, 'closing'),
      ))
  })
}
