import { open } from 'node:fs/promises'

/** Makes the names in a directory durable. A synced file survives a crash only if its name does. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
