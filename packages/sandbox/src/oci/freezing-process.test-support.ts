/**
 * Test only: runs commands to their end in sandboxes of its own, prints their handles as a line of JSON and then freezes one after the
 * other until it is killed. `node FILE DIRECTORY COUNT`.
 */
import { Bench } from '../conformance/bench.ts'
import { openDriver } from './test-driver.ts'

const [directory = '', count = '0'] = process.argv.slice(2)
const bench = await Bench.open(await openDriver(directory), 'host', directory)
const ended = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) =>
    bench.run(`echo ${index} >which`, { label: { which: `${index}` } }),
  ),
)
console.log(JSON.stringify(ended.map(({ sandbox }) => sandbox.handle)))
for (const { sandbox } of ended)
  await sandbox.snapshot({ cache: { namespace: 'n', key: sandbox.handle.label.which ?? '' }, origin: {} })
setInterval(() => {}, 1_000)
