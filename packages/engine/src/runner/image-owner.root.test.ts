import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { debianImage } from '@harmont/outside/debian-image'
import { registryUser, startRegistry } from '@harmont/outside/registry'
import { createImageStore } from '@harmont/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { logOf, openBench, openDriver, run, step } from './runner.test-support.ts'

test("G134 the image of a step or shell is pulled with the login of the build's owner, and counts against its limit", async () => {
  const directory = await mkdtemp('/var/tmp/harmont-owner-')
  onTestFinished(() => rm(directory, { recursive: true }))
  const registry = await startRegistry(directory, true)
  onTestFinished(() => registry.stop())
  const name = registry.push(await debianImage(), 'debian:1')
  const benchWith = async (ownerBytes: number) => {
    const place = join(directory, String(ownerBytes))
    await mkdir(place)
    const images = createImageStore({
      directory: join(place, 'images'),
      fallbackToHost: true,
      hostAllow: [],
      ownerBytes,
    })
    const driver = await openDriver(place, images)
    onTestFinished(() => driver.close())
    const login = async () => ({ id: 'l', ...registryUser, forks: false })
    const bench = await openBench({ runner: { driver, images }, login })
    onTestFinished(() => bench.close())
    return { bench, shares: join(place, 'images', 'shares') }
  }
  const wide = await benchWith(1e10)
  const { id, state, jobs: ran } = await run(wide.bench, [step('true', { image: name })])
  expect(state).toBe('passed')
  const asked = { buildId: id, jobId: ran[0]?.id ?? '', before: true, script: 'true', size: null }
  const shell = await wide.bench.engine.openShell(asked)
  expect((await shell.exited()).code).toBe(0)
  shell.output.resume()
  shell.errors.resume()
  const file = `${createHash('sha256').update('q').digest('hex')}.json`
  expect(await readdir(wide.shares)).toEqual([file])
  expect(JSON.parse(await readFile(join(wide.shares, file), 'utf8'))).toHaveLength(1)
  const narrow = await benchWith(1e6)
  const { jobs } = await run(narrow.bench, [step('true', { image: name })])
  expect(jobs[0]).toMatchObject({ state: 'failed', errorCode: 'provision_failed', substitutedImage: null })
  const why = 'the organization already uses'
  expect(jobs[0]?.errorMessage).toContain(why)
  expect(await logOf(narrow.bench, jobs[0])).toContain(why)
})
