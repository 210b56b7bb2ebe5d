import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { openBlobs } from '../platform/blobs/open-blobs.ts'
import { createLog } from '../platform/create-log.ts'
import { openDataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { withUnmigratedDatabase } from '../platform/database/visit-database.ts'
import { type Environment, readSettings, type Settings, SettingsError } from '../platform/settings/read-settings.ts'
import { untilStopped } from '../platform/stop-signals.ts'
import { megabytes } from './backup/progress.ts'
import { restoreBackup } from './backup/restore-backup.ts'
import { type BackupFacts, writeBackup } from './backup/write-backup.ts'

/**
 * Runs `harmont backup FILE`: writes a whole server into one file, whether it is running or not.
 */
export async function backup(args: readonly string[], environment: Environment): Promise<void> {
  const path = readFileName('backup', args)
  const settings = readSettings(environment)
  await requireUsed(settings)
  const directory = await openDataDirectory(settings.dataDirectory)
  const blobs = await openBlobs(settings, directory)
  const facts = await untilStopped('backup: stopped; nothing was kept.', (signal) =>
    withUnmigratedDatabase(settings, directory, createLog('error'), (pool) =>
      writeBackup({ pool, blobs, secrets: directory.secrets }, path, signal),
    ),
  )
  process.stdout.write(`${path}: ${megabytes(facts.bytes)}, with ${facts.blobs} blobs\n`)
  process.stderr.write(remarks(facts))
}

/** Returns the only argument of `backup` and `restore` as an absolute path. */
function readFileName(command: string, args: readonly string[]): string {
  const [name = '', ...more] = args
  if (name === '' || name.startsWith('-') || more.length > 0)
    throw new SettingsError(`${command}: expected the name of one file, got \`${args.join(' ')}\`.`)
  return resolve(name)
}

/**
 * Refuses a directory that no server has used, so that a mistyped name does not create a server.
 */
export async function requireUsed({ databaseUrl, dataDirectory }: Settings): Promise<void> {
  const place = databaseUrl === null ? join(dataDirectory, 'database', 'data') : dataDirectory
  await access(place).catch((cause: unknown) => {
    throw new SettingsError(`HARMONT_DATA_DIR: expected the directory of a server, got ${dataDirectory} (${cause}).`)
  })
}

function remarks({ missing, secrets }: BackupFacts): string {
  const lines = [
    ...missing.map((name) => `The blob ${name} is missing on this server, and therefore in the backup.`),
    ...(secrets.includes('encryption')
      ? []
      : [
          'HARMONT_ENCRYPTION_KEY is not in the backup, and encrypted data cannot be read without it: keep it as well.',
        ]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

/**
 * Runs `harmont restore FILE`: restores a backup into an empty data directory and an empty
 * database.
 */
export async function restore(args: readonly string[], environment: Environment): Promise<void> {
  const path = readFileName('restore', args)
  const settings = readSettings(environment)
  const { manifest, blobs, before } = await untilStopped('restore: stopped; nothing was kept.', (signal) =>
    restoreBackup(path, settings, createLog('error'), signal),
  )
  const what = `the backup of ${manifest.madeAt} (release ${manifest.release})`
  process.stdout.write(
    before
      ? `Nothing was restored: ${settings.dataDirectory} and its database already belong to a server.\n`
      : `restored ${what} into ${settings.dataDirectory}, with ${blobs} blobs; start it with \`npm start\`\n`,
  )
}
