/**
 * Test program: lets commands start and end while this process has no file descriptor left, and
 * prints the results. Usage: `node FILE DIRECTORY`.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { takeDescriptors } from '@harmont/test-kit/descriptors'
import { until } from '@harmont/test-kit/until'
import { Bench, command, finish } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import { openLayout, sandboxFiles } from '../layout/layout.ts'
import { Durability } from '../snapshots/durability.ts'
import { snapshotFiles } from '../snapshots/snapshot-record.ts'
import { isScarcity } from '../system/scarcity.ts'

const [directory = ''] = process.argv.slice(2)
const driver = await openDriver(directory)
const bench = await Bench.open(driver, 'host', directory)
const [ended, killed] = await Promise.all([bench.start('sleep 0.5; echo whole; exit 3'), bench.start('sleep 1000')])
const writes = 'cd "$HARMONT_OUTPUT"; mkdir annotations; printf s >summary.md; : >annotations/a.md'
const [made, over] = await Promise.all([bench.create(), bench.start(writes)])
await over.running.exited()
const output = await over.sandbox.outputFiles()
const layout = openLayout(directory)
const durability = new Durability(layout)
const { id } = await bench.step('true')
durability.request(id)

const giveBack = takeDescriptors()
const outcomes = [finish(ended.running), killed.running.exited(), made.start(command('echo late')).then(finish)]
const files = Promise.all([output.read('summary.md', 1).then(String), output.list('annotations')])
const kept = over.sandbox.snapshot({ cache: null, origin: {} })
// Checked below.
for (const outcome of [...outcomes, files, kept]) outcome.catch(() => {})
void killed.running.extend(new Date(Date.now() + 50_000))
void killed.running.kill('SIGKILL')
const isUnmarked = await durability.flush().catch(isScarcity)
const another = await bench.create().catch(isScarcity)
const { exit } = sandboxFiles(join(directory, 'sandboxes'), ended.sandbox.handle.id)
await until(() => existsSync(exit))
giveBack()
await durability.flush()
const isMarked = existsSync(snapshotFiles(layout, id).durable)

const [first, second, third] = await Promise.allSettled(outcomes)
const [summary, annotations] = await files
const isKept = (await driver.snapshots.get((await kept).id)) !== undefined
await bench.destroyAll()
await driver.close()
console.log(JSON.stringify({ another, isUnmarked, isMarked, isKept, summary, annotations, first, second, third }))
