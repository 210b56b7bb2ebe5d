/** Test only: has commands end and begin while this process has no file descriptor left, and prints what came of it. `node FILE DIRECTORY`. */
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { Bench, command, finish } from '../conformance/bench.ts'
import { isScarcity } from '../scarcity.ts'
import { sandboxFiles } from './layout.ts'
import { openDriver } from './test-driver.ts'

const [directory = ''] = process.argv.slice(2)
const driver = await openDriver(directory)
const bench = await Bench.open(driver, 'host', directory)
const [ended, killed] = await Promise.all([bench.start('sleep 0.5; echo whole; exit 3'), bench.start('sleep 1000')])
const made = await bench.create()

const taken: number[] = []
try {
  for (;;) taken.push(openSync('/dev/null', 'r'))
} catch (error) {
  if (!isScarcity(error)) throw error
}
const outcomes = [finish(ended.running), killed.running.exited(), made.start(command('echo late')).then(finish)]
let settled = 0
for (const outcome of outcomes) void outcome.finally(() => settled++).catch(() => {})
void killed.running.extend(new Date(Date.now() + 50_000))
void killed.running.kill('SIGKILL')
const another = await bench.create().catch(isScarcity)
const { exit } = sandboxFiles(join(directory, 'sandboxes'), ended.sandbox.handle.id)
await until(() => existsSync(exit))
const early = settled
for (const file of taken) closeSync(file)

const [first, second, third] = await Promise.allSettled(outcomes)
await bench.destroyAll()
await driver.close()
console.log(JSON.stringify({ another, early, first, second, third }))
