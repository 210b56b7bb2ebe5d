/**
 * Runs an engine whose process runs out of file descriptors while steps begin and end, for tests.
 * Prints their outcomes.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { takeDescriptors } from '@harmont/test-kit/descriptors'
import { until } from '@harmont/test-kit/until'
import { logOf, openBench, settled, step, submit } from './runner.test-support.ts'

const bench = await openBench({ runner: { slots: 4, settings: { renewEveryMs: 50 } } })
const running = await submit(bench, [step('echo begun; sleep 1; echo ended'), step('echo begun; sleep 1; exit 4')])
await settled(bench, running, ({ jobs }) => jobs.every(({ state }) => state === 'running'))
const handles = await bench.driver.list()
const ends = handles.map(({ id }) => join(bench.directory, 'sandboxes', 'sandboxes', id, 'state', 'exit', id))

const giveBack = takeDescriptors()
const waiting = await submit(bench, [step('echo later'), step('true', { image: '127.0.0.1:9/no/such:image' })])
await until(() => ends.every((path) => existsSync(path)))
const waits = async () => {
  const logs = (await bench.store.builds.jobs(waiting)).map((job) => logOf(bench, job))
  return (await Promise.all(logs)).every((log) => log.includes('out of file descriptors'))
}
await until(waits)
giveBack()

const builds = [await settled(bench, running), await settled(bench, waiting)]
const jobs = (await Promise.all(builds.map(({ id }) => bench.store.builds.jobs(id)))).flat()
const told = jobs.map(async (job) => [job.state, job.exitCode, job.lost, await logOf(bench, job)])
console.log(JSON.stringify(await Promise.all(told)))
await bench.close()
