/**
 * The store on Ceph's S3, directly and behind a proxy that simulates faults of networks and stores.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { objectBytes } from '@harmont/engine'
import { expect, onTestFinished, test } from 'vitest'
import { freshBucket } from '../../../testing/s3.ts'
import { readSettings } from '../../settings/read-settings.ts'
import { blobStoreSuite, write } from '../blob-store-suite.ts'
import { openBlobs } from '../open-blobs.ts'
import { Bucket, type BucketOptions } from './bucket.ts'
import { openS3Store } from './s3-store.ts'

async function drafts(): Promise<string> {
  const path = await mkdtemp('/var/tmp/harmont-drafts-')
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

blobStoreSuite('S3', async () => openS3Store({ ...(await freshBucket()), drafts: await drafts() }))

const large = Buffer.alloc(100_000, 'x')

test('a signed URL reads a blob, even with special characters in the prefix, and names the configured host of the bucket', async () => {
  const { bucket, endpoint } = await freshBucket()
  const prefix = "a!b*/(c)'d"
  const store = openS3Store({
    bucket,
    endpoint,
    prefix,
    region: null,
    pathStyle: true,
    direct: true,
    drafts: await drafts(),
  })
  const name = await write(store, large)
  const answer = await fetch((await store.direct?.readUrl(name)) ?? '')
  expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, objectBytes(large.length)])
  const at = async (place: Pick<BucketOptions, 'endpoint' | 'region' | 'pathStyle'>) =>
    (await new Bucket({ bucket: 'b', prefix: 'p', ...place }).sign('GET', name)).split('?')[0]
  expect(await at({ endpoint: null, region: 'eu-west-1', pathStyle: false })).toBe(
    `https://b.s3.eu-west-1.amazonaws.com/p/blobs/${name}`,
  )
  expect(await at({ endpoint: 'https://s3.test/x', region: null, pathStyle: false })).toBe(
    `https://b.s3.test/x/p/blobs/${name}`,
  )
})

test('no URL is signed if HARMONT_BLOB_DIRECT is off', async () => {
  const open = async (direct: string) => {
    const path = await drafts()
    const { blobPlace, blobEndpoint, blobRegion, blobPathStyle, blobDirect } = readSettings({
      HARMONT_BLOB_URL: 's3://bucket',
      HARMONT_BLOB_DIRECT: direct,
    })
    return openBlobs({ blobPlace, blobEndpoint, blobRegion, blobPathStyle, blobDirect }, { path, blobs: path })
  }
  expect([(await open('on')).direct === undefined, (await open('off')).direct === undefined]).toEqual([false, true])
})
