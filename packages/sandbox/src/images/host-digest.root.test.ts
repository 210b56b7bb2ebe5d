import { createHash } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { digestOfFirst } from './host-digest.ts'

const folder = mkdtempSync(join(tmpdir(), 'harmont-first-'))
afterAll(() => rmSync(folder, { recursive: true }))

const digest = (text: string) => createHash('sha256').update(text).digest()

test('reads a replaced file again, even one of equal size and time', async () => {
  const [file, other] = [join(folder, 'status'), join(folder, 'status-new')]
  writeFileSync(file, 'one')
  expect(await digestOfFirst([join(folder, 'absent'), file])).toEqual(digest('one'))
  writeFileSync(other, 'two')
  utimesSync(other, statSync(file).atime, statSync(file).mtime)
  renameSync(other, file)
  expect(await digestOfFirst([file])).toEqual(digest('two'))
})

test('fails and names the files if none of them exists', async () => {
  await expect(digestOfFirst([join(folder, 'absent')])).rejects.toMatchObject({ code: 'image_unavailable' })
})
