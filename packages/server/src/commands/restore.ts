import process from 'node:process'
import { createLog } from '../platform/create-log.ts'
import { type Environment, readSettings } from '../platform/settings/read-settings.ts'
import { restoreBackup } from './backup/restore-backup.ts'
import { untilStopped } from './backup/until-stopped.ts'
import { readFileName } from './backup.ts'

/** `harmont restore FILE`: makes a backup a server again, in an empty data directory and an empty database. */
export async function restore(args: readonly string[], environment: Environment): Promise<void> {
  const path = readFileName('restore', args)
  const settings = readSettings(environment)
  const { manifest, blobs, before } = await untilStopped('restore', (signal) =>
    restoreBackup(path, settings, createLog('error'), signal),
  )
  const what = `the backup of ${manifest.madeAt} (release ${manifest.release})`
  process.stdout.write(
    before
      ? `Nothing was restored: ${settings.dataDirectory} and its database already belong to a server.\n`
      : `restored ${what} into ${settings.dataDirectory}, with ${blobs} blobs; start it with \`npm start\`\n`,
  )
}
