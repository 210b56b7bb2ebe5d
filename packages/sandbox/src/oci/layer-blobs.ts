import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { isAbsent } from './files.ts'
import { type BlobDigest, SavedCacheError } from './saved-manifest.ts'

// Owners by number; what an overlay notes in extended attributes, as that a folder hides the one below it, belongs to the layer.
const common = ['--numeric-owner', '--acls', '--xattrs', '--xattrs-include=*', '--file=-']
/** Where in an image a file came from: as numbers of one disk. */
const notMoved = '--xattrs-exclude=*.overlay.origin'
/** Equal layers give equal bytes, whenever they were last read. So does gzip; zstd's depend on how its input comes in pieces. */
const reproducible = [
  '--format=posix',
  '--sort=name',
  '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
]

export function blobFile(target: string, digest: BlobDigest): string {
  return join(target, 'blobs', 'sha256', digest.slice('sha256:'.length))
}

/** Packs a layer into a blob; gives its digest. */
export async function packLayer(layer: string, target: string): Promise<BlobDigest> {
  const staging = `${blobFile(target, 'sha256:')}${randomUUID()}.part`
  await mkdir(join(target, 'blobs', 'sha256'), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  try {
    // Nothing is awaited before somebody reads: what a child that has ended wrote is dropped otherwise.
    const tar = spawn('tar', ['--create', ...common, notMoved, ...reproducible, '--directory', layer, '.'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const written = createWriteStream(staging, { flags: 'wx', mode: 0o600, flush: true })
    await Promise.all([pipeline(tar.stdout, createGzip({ level: 1 }), hashing, written), succeeded(tar)])
    const digest = `sha256:${hash.digest('hex')}`
    await rename(staging, blobFile(target, digest))
    return digest
  } catch (error) {
    await rm(staging, { force: true })
    throw error
  }
}

/** Throws SavedCacheError for a blob that is not there or not what its name says. */
export async function verifyBlob(from: string, digest: BlobDigest): Promise<void> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(blobFile(from, digest), { highWaterMark: 1024 * 1024 }))
      hash.update(chunk)
  } catch (error) {
    if (isAbsent(error)) throw new SavedCacheError(`the blob ${digest} is missing`, { cause: error })
    throw error
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest)
    throw new SavedCacheError(`the blob ${digest} is damaged or was changed: its digest is ${found}`)
}

/** Unpacks a verified blob into an empty directory. */
export async function unpackLayer(from: string, digest: BlobDigest, layer: string): Promise<void> {
  // tar itself reads the file: it ends at the archive's end mark, before who would pipe into it is done.
  await using file = await open(blobFile(from, digest))
  const tar = spawn(
    'tar',
    ['--extract', '--gzip', ...common, '--same-owner', '--preserve-permissions', '--directory', layer],
    { stdio: [file.fd, 'ignore', 'pipe'] },
  )
  await succeeded(tar)
}

function succeeded(child: ChildProcess): Promise<void> {
  let complaint = ''
  child.stderr?.on('data', (data: Buffer) => {
    complaint = (complaint + data.toString()).slice(-4_000)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`tar ended with ${code}: ${complaint.trim()}`)),
    )
  })
}
