/** Builds with artifacts, as a runner leaves them. */
import { createHash, randomUUID } from 'node:crypto'
import { type Artifact, partBytes } from '@harmont/engine'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { openBlobs } from '../../platform/blobs/open-blobs.ts'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { ir, type PlayedJob, playJob } from '../../testing/runner.ts'
import { ownerToken, type TestServer } from '../../testing/server.ts'
import { putPart } from './part-store.ts'

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

export interface LeftFile {
  readonly path: string
  readonly bytes: Uint8Array
  readonly expiresSeconds?: number
}

/** Stores the parts of a file. Returns their digests. */
export async function storeFile(it: TestServer, bytes: Uint8Array): Promise<readonly string[]> {
  const blobs = await blobsOf(it)
  const digests: string[] = []
  for (let start = 0; start < bytes.length; start += partBytes) {
    const part = bytes.subarray(start, start + partBytes)
    await putPart(it.server.pool, blobs, sha256(part), part)
    digests.push(sha256(part))
  }
  return digests
}

/** Opens the server's blob store, in a directory or in S3. */
export const blobsOf = (it: TestServer): Promise<BlobStore> =>
  openBlobs(readSettings(it.environment), { path: it.dataDirectory, blobs: it.blobDirectory })

/** Submits a build with one step per key, to a new pipeline or to the given one. */
export async function newBuild(
  it: TestServer,
  steps: readonly string[],
  { pipeline, branch = 'main' }: { readonly pipeline?: string; readonly branch?: string } = {},
) {
  const slug = pipeline ?? (await it.newPipeline())
  const builds = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch, commit: 'c', pipeline_ir: ir(...steps.map((key) => ({ key, cmd: key }))) }
  const { body: made } = await it.request<{ id: string; number: number }>(ownerToken, 'POST', builds, body)
  return { id: made.id, pipeline: slug, path: `${builds}/${made.number}` }
}

/** Plays the next job, which passes and leaves these files. */
export async function playWith(
  it: TestServer,
  files: readonly LeftFile[],
  outcome: Parameters<PlayedJob['end']>[0] = {},
): Promise<PlayedJob> {
  const job = await playJob(it)
  const artifacts: Artifact[] = []
  for (const { path, bytes, expiresSeconds = null } of files)
    artifacts.push({
      path,
      kind: 'file',
      bytes: bytes.length,
      sha256: sha256(bytes),
      parts: await storeFile(it, bytes),
      offset: 0,
      expiresSeconds,
    })
  await job.end(outcome, { artifacts })
  return job
}

/** Returns bytes that no other file has. */
export const freshBytes = (size: number): Buffer => {
  const line = Buffer.from(`${randomUUID()}\n`)
  return Buffer.alloc(size, line)
}
