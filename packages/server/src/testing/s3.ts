/** Buckets on the S3 of this run. */
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { inject } from 'vitest'
import type { BucketOptions } from '../platform/blobs/s3/bucket.ts'

interface Access {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface TestBucket extends BucketOptions {
  readonly endpoint: string
  readonly client: S3Client
  /** The environment of a server with its blobs in this bucket. */
  readonly environment: Readonly<Record<string, string>>
}

/** Creates an empty bucket. Starts the S3 of this run if it is not running. */
export async function freshBucket(): Promise<TestBucket> {
  const answer = JSON.parse(await text(connect({ path: inject('s3') }))) as Access | { readonly error: string }
  if ('error' in answer) throw new Error(answer.error)
  const { endpoint, ...credentials } = answer
  const client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true })
  const bucket = `b-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  const keys = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey }
  // Stores and servers in this process read the credentials here, like the SDK.
  Object.assign(process.env, keys)
  return {
    client,
    bucket,
    prefix: 'of/harmont',
    endpoint,
    region: null,
    pathStyle: true,
    environment: { ...keys, HARMONT_BLOB_URL: `s3://${bucket}/of/harmont`, HARMONT_BLOB_ENDPOINT: endpoint },
  }
}
