/**
 * Runs an engine in a process that is to be killed, for tests: `node FILE DIRECTORY
 * POOL-CONFIG-AS-JSON [create | start | put]`. Prints `ready` when it works. With the last
 * argument, it kills itself before it makes a sandbox, starts a command, or stores the third part
 * of artifacts.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openFileParts } from '../artifacts/file-parts.ts'
import type { PartStore } from '../artifacts/part-store.ts'
import { createEngine } from '../engine.ts'
import type { SecretValue } from '../port.ts'
import { PostgresStore } from '../postgres/postgres-store.ts'
import { openDriver, openImages, pick, runnerOptions } from './runner.test-support.ts'

const [directory = '', database = '{}', dyingAt] = process.argv.slice(2)
// The grace of 2 s protects snapshots of steps that end between the query for needed snapshots and
// the removal of the rest.
const driver = await openDriver(directory, openImages(), 2_000)
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}
if (dyingAt === 'create') driver.create = die
if (dyingAt === 'start') {
  const create = driver.create.bind(driver)
  driver.create = async (spec) => Object.assign(await create(spec), { start: die })
}
// A kill causes no restart, because running commands are adopted and others had not begun. So the
// limits are the production defaults.
const parts = openFileParts(join(directory, 'parts'))
let puts = 0
const put: PartStore['put'] = async (...part) => {
  if (dyingAt === 'put' && ++puts === 3) await die()
  await parts.put(...part)
}
const store = await PostgresStore.open(JSON.parse(database))
const engine = createEngine({
  store,
  sources: {
    async offer(_buildId, source) {
      if (source.kind !== 'archive') throw new Error('only archives lie here')
      const { sha256, blob } = source
      return { kind: 'archive', sha256, open: async () => Readable.from([await readFile(join(directory, blob))]) }
    },
  },
  secrets: {
    async of(_buildId, names) {
      const all = JSON.parse(await readFile(join(directory, 'secrets.json'), 'utf8')) as Record<string, SecretValue>
      return { kind: 'values', values: pick(new Map(Object.entries(all)), names) }
    },
  },
  parts: { ...parts, put },
  // Files that builds still need must remain, however often other files are removed.
  collecting: { everyMs: 500 },
  runner: runnerOptions(directory, driver, { settings: { renewEveryMs: 500, proveEveryMs: 50 } }),
  log: (level, message, error) => console.error(level, message, error instanceof Error ? error.message : ''),
})
await engine.start()
console.log('ready')
