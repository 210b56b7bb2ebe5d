import { getEventListeners } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DirectoryWatcher } from './directory-watcher.ts'

test('many waits with one signal leave no listeners, and a change ends a wait', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'harmont-changes-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const changes = new DirectoryWatcher([directory])
  const { signal } = new AbortController()
  for (let n = 0; n < 20; n++) expect(await changes.wait(1, signal)).toBe(false)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  const changed = changes.wait(60_000, signal)
  writeFileSync(join(directory, 'a'), '')
  expect(await changed).toBe(true)
  changes.close()
})
