/** The store on Ceph's S3, also behind a proxy that answers as networks and broken stores do. */
import { mkdtemp, rm } from 'node:fs/promises'
import { onTestFinished } from 'vitest'
import { freshBucket } from '../../../testing/s3.ts'
import { blobStoreSuite } from '../blob-store-suite.ts'
import { openS3Store } from './s3-store.ts'

async function drafts(): Promise<string> {
  const path = await mkdtemp('/var/tmp/harmont-drafts-')
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

blobStoreSuite('S3', async () => openS3Store({ ...(await freshBucket()), drafts: await drafts() }))
