import { type DiskWatch, watchDisk } from '@harmont/engine'
import type { Logger } from 'pino'
import { openBallast } from './ballast.ts'
import type { DataDirectory } from './open-data-directory.ts'

/** Looks after the disk of the data directory until it is stopped. A disk that is full at the start gets room for the database to start in. */
export async function openDisk(directory: DataDirectory, leastFreeBytes: number, log: Logger): Promise<DiskWatch> {
  const ballast = await openBallast(directory.ballast, leastFreeBytes, log)
  const disk = await watchDisk({
    path: directory.path,
    leastFreeBytes,
    log: (level, message, error) => log[level](error === undefined ? {} : { err: error }, message),
    onLook: (room) => ballast.balance(room),
  })
  await disk.look()
  return disk
}
