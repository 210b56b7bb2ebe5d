import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { importServiceImages, serviceImages } from '@harmont/outside/service-images'
import { sharedImages } from '@harmont/outside/shared-images'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OciDriver } from '../src/driver/driver.ts'
import { createOciDriver } from '../src/driver/open-driver.ts'
import { createImageStore } from '../src/images/index.ts'
import type { ResolvedImage, ServiceSpec, SnapshotId } from '../src/sandbox-driver.ts'
import { command, finish } from './bench.ts'
import { outputOf, patient, print, service, withServices } from './services.ts'

const directory = mkdtempSync('/var/tmp/harmont-real-services-')
let driver: OciDriver
let postgres: ResolvedImage
let valkey: ResolvedImage

beforeAll(async () => {
  const images = createImageStore({ directory: sharedImages, fallbackToHost: false, hostAllow: [] })
  driver = await createOciDriver({
    ...{ directory: join(directory, 'driver'), images, network: ['none'], egressAllow: [], runtime: 'crun' },
    collectGraceMs: 0,
  })
  await importServiceImages(images)
  postgres = await driver.resolveImage(serviceImages.postgres)
  valkey = await driver.resolveImage(serviceImages.valkey)
})

afterAll(async () => {
  await driver.close()
  rmSync(directory, { recursive: true, force: true })
})

// An open port does not yet mean that PostgreSQL is ready.
const ready = { port: 5432, command: 'pg_isready -h 127.0.0.1', log: null, timeoutSeconds: 300 }
const db = (base: ServiceSpec['base'] = { image: postgres }) => service(postgres, 'db', null, { base, ready })
const query = (text: string) => `psql -h db -U postgres -At -c ${JSON.stringify(text)}`

/** Fills a database in one step, and returns the snapshot of its service. */
async function migrated(script: string): Promise<SnapshotId> {
  const sandbox = await withServices(driver, postgres, [db()])
  await sandbox.startServices(patient)
  const { exit, stderr } = await finish(await sandbox.start(command(script)))
  expect([exit.code, stderr]).toEqual([0, ''])
  const [first] = sandbox.services
  expect(await first?.stop()).toMatchObject({ code: 0 })
  const snapshot = await first?.snapshot({ cache: null, origin: {} })
  await sandbox.destroy()
  if (snapshot === undefined) throw new Error('no snapshot')
  return snapshot.id
}

it('PostgreSQL and Valkey start as their images define, and Valkey is ready on its only port', async () => {
  const cache = service(valkey, 'cache', null, { needs: ['db'] })
  const sandbox = await withServices(driver, postgres, [cache, db()])
  await sandbox.startServices(patient)
  const script = `${query('show server_version_num')}; valkey-cli -h cache set a 1; valkey-cli -h cache get a`
  expect(await print(sandbox, script)).toMatch(/^17\d{4}\nOK\n1\n$/)
  expect(await outputOf(sandbox.services[0])).toContain('Ready to accept connections')
  await sandbox.destroy()
})

it('G70 each step has its own clone of a database that was filled once, and it starts like one that was stopped cleanly', async () => {
  const id = await migrated(query('create table cells (id int); insert into cells values (1), (2)'))
  const both = await Promise.all(
    ['drop table cells', 'select count(*) from cells'].map(async (text) => {
      const sandbox = await withServices(driver, postgres, [db({ snapshot: id })])
      await sandbox.startServices(patient)
      const printed = await print(sandbox, query(text))
      const log = await outputOf(sandbox.services[0])
      await sandbox.destroy()
      return { printed, log }
    }),
  )
  expect(both.map(({ printed }) => printed)).toEqual(['DROP TABLE\n', '2\n'])
  for (const { log } of both) expect(log).not.toContain('initdb')
})
