import { open } from 'node:fs/promises'

/**
 * Makes the names in a directory durable. A file that was synced is only as durable as its name.
 */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
