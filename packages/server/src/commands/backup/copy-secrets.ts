/** Copies the generated secrets of a data directory, except machine-specific ones. */
import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from '../../platform/data-directory/sync-directory.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import { type ArchiveReader, readWhole } from './archive-reader.ts'
import type { ArchiveWriter } from './archive-writer.ts'

/** The password of this machine's database, and the id by which a runner finds its sandboxes. */
const ofTheMachine: ReadonlySet<string> = new Set(['database-password', 'runner-id'])

const folder = 'secrets/'
const namePattern = /^[a-z][a-z-]{0,63}$/

/** Writes the secrets and returns their names. */
export async function copySecretsOut(directory: string, writer: ArchiveWriter): Promise<readonly string[]> {
  // A name with a dot belongs to a secret that is being generated.
  const names = (await readdir(directory)).filter((name) => namePattern.test(name) && !ofTheMachine.has(name)).sort()
  for (const name of names) await writer.add(`${folder}${name}`, await readFile(join(directory, name)))
  return names
}

/** Restores the secrets into a directory that has none of them. */
export async function copySecretsIn(directory: string, reader: ArchiveReader): Promise<void> {
  while ((await reader.peek())?.name.startsWith(folder)) {
    const entry = await reader.next()
    if (entry === undefined) break
    const name = entry.name.slice(folder.length)
    if (!namePattern.test(name) || ofTheMachine.has(name))
      throw new SettingsError(`restore: expected secrets in the backup, got \`${entry.name}\`.`)
    const file = await open(join(directory, name), 'wx', 0o600)
    try {
      await file.writeFile(await readWhole(entry))
      await file.sync()
    } finally {
      await file.close()
    }
  }
  await syncDirectory(directory)
}
