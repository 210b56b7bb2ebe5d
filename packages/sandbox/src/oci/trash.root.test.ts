import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { Trash } from './trash.ts'

const root = mkdtempSync('/var/tmp/harmont-trash-')
const bin = join(root, 'trash')
let trash: Trash

beforeEach(() => {
  mkdirSync(bin, { recursive: true })
  trash = new Trash(bin)
})
afterAll(() => rmSync(root, { recursive: true }))

function tree(name: string): string {
  const path = join(root, name)
  mkdirSync(join(path, 'a', '* b'), { recursive: true })
  writeFileSync(join(path, 'a', '-rf'), '')
  return path
}

it('removes many trees at once, each whole, and one that is not there', async () => {
  const paths = Array.from({ length: 20 }, (_, at) => tree(`tree ${at}`))
  const kept = tree('kept')
  await Promise.all([...paths, join(root, 'absent')].map((path) => trash.remove(path)))
  expect(readdirSync(bin)).toEqual([])
  expect(readdirSync(root).sort()).toEqual(['kept', 'trash'])
  rmSync(kept, { recursive: true })
  await trash.close()
})

it('nothing is left under its name once it was asked for, whatever comes of this process', () => {
  const path = tree('doomed')
  const removed = trash.remove(path)
  expect(readdirSync(root)).toEqual(['trash'])
  return removed.then(() => trash.close())
})

it('goes on with another helper when somebody killed the one before', async () => {
  await trash.remove(tree('first'))
  const [helper = ''] = execFileSync('pgrep', ['-P', `${process.pid}`, '-f', 'trash.sh'], { encoding: 'utf8' }).split(
    '\n',
  )
  process.kill(Number(helper), 'SIGKILL')
  const second = tree('second')
  // Whether the batch meets the old helper or its end is chance: it may fail, and says so then.
  await trash.remove(second).catch((error: Error) => expect(error.message).toContain('could not be removed'))
  await trash.remove(tree('third'))
  expect(readdirSync(bin).length).toBeLessThanOrEqual(1)
  await trash.close()
})
