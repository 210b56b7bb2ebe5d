import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openDirectoryStore } from './blob-store.ts'
import { blobStoreSuite } from './blob-store-suite.ts'

blobStoreSuite('directory', async () => {
  const path = await mkdtemp(join(tmpdir(), 'harmont-blobs-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return openDirectoryStore(join(path, 'blobs'))
})
