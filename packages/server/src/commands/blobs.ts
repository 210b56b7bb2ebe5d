import { createHash } from 'node:crypto'
import { join } from 'node:path'
import process from 'node:process'
import { BlobStoreUnavailable } from '../platform/blobs/blob-store.ts'
import { openBlobs, openUsableBlobs } from '../platform/blobs/open-blobs.ts'
import { createLog } from '../platform/create-log.ts'
import { openDataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { withUnmigratedDatabase } from '../platform/database/visit-database.ts'
import { type BlobPlace, blobPlace, formatBlobPlace } from '../platform/settings/blob-settings.ts'
import { InvalidValue } from '../platform/settings/parse.ts'
import { type Environment, readSettings, SettingsError } from '../platform/settings/read-settings.ts'
import { untilStopped } from '../platform/stop-signals.ts'
import { megabytes, showProgress } from './backup/progress.ts'
import { requireUsed } from './backup.ts'
import { type CopyFacts, copyBlobs } from './blobs/copy-blobs.ts'

const again = 'Run the command again; it goes on from here.'

/**
 * Runs `harmont blobs copy TO`: copies all blobs to another store, whether the server is running or
 * not.
 */
export async function blobs(args: readonly string[], environment: Environment): Promise<void> {
  const target = readTarget(args)
  const settings = readSettings(environment)
  await requireUsed(settings)
  const directory = await openDataDirectory(settings.dataDirectory)
  const source = formatBlobPlace(settings.blobPlace ?? { kind: 'directory', path: directory.blobs })
  const name = formatBlobPlace(target)
  if (source === name) throw new SettingsError(`blobs: expected another place than ${name}, where the blobs are.`)
  const facts: CopyFacts = { copied: 0, bytes: 0, known: 0, missing: [] }
  const progress = showProgress(() => `blobs: ${facts.copied} copied, ${megabytes(facts.bytes)}; ${facts.known} known`)
  try {
    const from = await openBlobs(settings, directory)
    const to = await openUsableBlobs({ ...settings, blobPlace: target }, directory, (error) => {
      throw error
    })
    // Each target has its own journal, since a comparison is valid for one target only.
    const journal = join(directory.path, `blobs-compared-${digestOf(name + settings.blobEndpoint)}`)
    await untilStopped(`blobs: stopped. ${again}`, (signal) =>
      withUnmigratedDatabase(settings, directory, createLog('error'), (pool) =>
        copyBlobs({ pool, from, to, journal, signal }, facts),
      ),
    )
  } catch (error) {
    throw error instanceof BlobStoreUnavailable
      ? new SettingsError(`blobs: ${error.message}. ${again}`, { cause: error })
      : error
  } finally {
    progress.stop()
  }
  process.stdout.write(`${summary(name, facts)}\n`)
}

function readTarget([verb, to = '', ...more]: readonly string[]): BlobPlace {
  try {
    if (verb === 'copy' && more.length === 0) return blobPlace(to)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
  }
  throw new SettingsError(
    `blobs: expected \`copy s3://BUCKET/PREFIX\` or \`copy file:/DIRECTORY\`, got \`${[verb, to, ...more].join(' ').trim()}\`.`,
  )
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

function summary(name: string, { copied, bytes, known, missing }: CopyFacts): string {
  return [
    `${name}: ${copied} blobs copied, ${megabytes(bytes)}; ${known} already existed. Each was read again and compared.`,
    ...missing.map((blob) => `The blob ${blob} is missing on this server, and therefore in the copy.`),
    `To switch: stop the server, run this command again, and start the server with HARMONT_BLOB_URL=${name}.`,
  ].join('\n')
}
