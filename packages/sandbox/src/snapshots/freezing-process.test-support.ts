/**
 * Test program: runs commands to their end in its own sandboxes, and prints their handles as a line
 * of JSON. For each line of its input, freezes one more sandbox and reports it, until it is killed.
 * Usage: `node FILE DIRECTORY COUNT`.
 */
import { createInterface } from 'node:readline'
import { Bench } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'

const [directory = '', count = '0'] = process.argv.slice(2)
const bench = await Bench.open(await openDriver(directory), 'host', directory)
const ended = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) =>
    bench.run(`echo ${index} >which`, { label: { which: `${index}` } }),
  ),
)
console.log(JSON.stringify(ended.map(({ sandbox }) => sandbox.handle)))
const waiting = ended.values()
for await (const _ of createInterface(process.stdin)) {
  const { sandbox } = waiting.next().value ?? {}
  await sandbox?.snapshot({ cache: { namespace: 'n', key: sandbox.handle.label.which ?? '' }, origin: {} })
  console.log('whole')
}
