import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeProject, type Project, type Started } from './project.test-support.ts'

let project: Project
let watch: Started
beforeEach(() => {
  project = makeProject(`
import { pipeline, scratch } from '@harmont/hm'
const step = scratch({ image: 'host' }).sh('cat a.txt sub/b.txt 2>/dev/null; test ! -e wait || sleep 60', { key: 'a' })
export default { slug: 'ci', pipeline: pipeline([step]) }`)
  project.write('a.txt', 'one\n')
  project.write('.hmignore', 'ignored\n')
})
afterEach(() => project[Symbol.asyncDispose]())

test('runs again after a change to the build’s files, and ends the run that becomes stale', async () => {
  watch = project.start('watch', '--logs')
  await watch.wrote('waiting for a change')
  // A change of an ignored file ends the watch of its folder, and the next scan finds no change.
  mkdirSync(join(project.directory, 'quiet'))
  await until(() => isWatched('quiet'))
  project.write('quiet/ignored', 'x')
  await until(() => !isWatched('quiet'))
  project.write('a.txt', 'two\n')
  await watch.wrote('[a] two')
  await watch.wrote('waiting for a change', 2)
  project.write('wait', '')
  await watch.wrote('[a] two', 2)
  mkdirSync(join(project.directory, 'sub'))
  await until(() => isWatched('sub'))
  project.write('sub/b.txt', 'three\n')
  rmSync(join(project.directory, 'wait'))
  await watch.wrote('[a] three')
  await watch.wrote('waiting for a change', 3)
  expect(watch.text().match(/files have changed/g)).toHaveLength(3)
  expect(watch.text()).toMatch(/\[a\] end .*canceled/)
  watch.child.kill('SIGINT')
  expect(await watch.ended).toBe(130)
})

/** Whether the kernel watches a folder of the project for the command. */
function isWatched(folder: string): boolean {
  const inode = ` ino:${statSync(join(project.directory, folder)).ino.toString(16)} `
  const place = `/proc/${watch.child.pid}/fdinfo`
  return readdirSync(place).some((name) => {
    try {
      return readFileSync(join(place, name), 'utf8').includes(inode)
    } catch {
      return false // It was closed meanwhile.
    }
  })
}

test('hm run --watch reports a pipeline that does not render, and runs once it does', async () => {
  watch = project.start('run', '--watch', '--logs')
  await watch.wrote('waiting for a change')
  project.write('.hm/ci.ts', 'nonsense(')
  await watch.wrote('waiting for a change', 2)
  expect(watch.text()).toContain('.hm/ci.ts')
  project.write(
    '.hm/ci.ts',
    `
import { pipeline, scratch } from '@harmont/hm'
export default { slug: 'ci', pipeline: pipeline([scratch({ image: 'host' }).sh('echo mended', { key: 'a' })]) }`,
  )
  await watch.wrote('[a] mended')
})
