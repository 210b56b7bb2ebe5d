import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { debianImage } from '@harmont/outside/debian-image'
import { startRegistry } from '@harmont/outside/registry'
import { createImageStore } from '@harmont/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { openBench, openDriver, run, step } from './runner.test-support.ts'

test('the image of a step counts as one of the owner of its build, who has so many bytes of them', async () => {
  const directory = await mkdtemp('/var/tmp/harmont-owner-')
  onTestFinished(() => rm(directory, { recursive: true }))
  const registry = await startRegistry(directory)
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
    const bench = await openBench({ runner: { driver, images } })
    onTestFinished(() => bench.close())
    return { bench, shares: join(place, 'images', 'shares') }
  }
  const wide = await benchWith(1e10)
  expect((await run(wide.bench, [step('true', { image: name })])).state).toBe('passed')
  const file = `${createHash('sha256').update('q').digest('hex')}.json`
  expect(JSON.parse(await readFile(join(wide.shares, file), 'utf8'))).toHaveLength(1)
  const narrow = await benchWith(1e6)
  const { jobs } = await run(narrow.bench, [step('true', { image: name })])
  expect(jobs[0]).toMatchObject({ state: 'failed', errorCode: 'provision_failed', substitutedImage: null })
  expect(jobs[0]?.errorMessage).toContain('an organization may have 1 MiB of images here')
})
