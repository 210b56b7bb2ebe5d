/**
 * The ballast: files that reserve room on the data directory's disk. They are released one by one
 * when the disk is full, so that the database and the output of commands can still be written until
 * the program that filled the disk fails. They are reserved again when there is room.
 */
import { execFile } from 'node:child_process'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { type DiskRoom, type DiskWatch, watchDisk } from '@harmont/engine'
import type { Logger } from 'pino'
import type { DataDirectory } from './open-data-directory.ts'

const run = promisify(execFile)

/** The size of a segment of the database's log, its largest single allocation. */
const partBytes = 16 * 1024 ** 2
const mostParts = 4

interface Ballast {
  /** Releases a part or reserves one, depending on the free space. */
  balance(room: DiskRoom): Promise<void>
}

/**
 * The minimum time between two releases. Otherwise an endlessly writing process would take one part
 * after the other.
 */
const dropEveryMs = 5_000

/**
 * Decides whether to release or reserve a part of the ballast. A part is reserved only if enough
 * room for new work remains.
 */
export function nextMove(
  freeBytes: number,
  leastFreeBytes: number,
  { parts, sinceDropMs }: { readonly parts: number; readonly sinceDropMs: number },
): 'drop' | 'make' | null {
  if (freeBytes < partBytes / 2) return parts > 0 && sinceDropMs >= dropEveryMs ? 'drop' : null
  return parts < mostParts && freeBytes > leastFreeBytes * 1.25 + partBytes ? 'make' : null
}

/** Opens the ballast of a directory, which is created if absent. */
export async function openBallast(directory: string, leastFreeBytes: number, log: Logger): Promise<Ballast> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const kept = new Set(await readdir(directory))
  let droppedAt = Number.NEGATIVE_INFINITY
  let cannotMake = process.platform !== 'linux'

  async function make(): Promise<void> {
    const name = Array.from({ length: mostParts }, (_, index) => `part-${index}`).find((each) => !kept.has(each))
    if (name === undefined || cannotMake) return
    const path = join(directory, name)
    try {
      // Allocates blocks without writing them, which is fast.
      await run('fallocate', ['--length', String(partBytes), path])
      kept.add(name)
    } catch (error) {
      cannotMake = true
      await rm(path, { force: true })
      log.warn({ err: error }, 'could not reserve disk space for when the disk is full')
    }
  }

  async function drop(): Promise<void> {
    const [name] = kept
    if (name === undefined) return
    await rm(join(directory, name), { force: true })
    kept.delete(name)
    droppedAt = performance.now()
    log.warn({ left: kept.size }, 'released part of the reserved disk space')
  }

  return {
    async balance({ freeBytes }) {
      const move = nextMove(freeBytes, leastFreeBytes, { parts: kept.size, sinceDropMs: performance.now() - droppedAt })
      if (move === 'drop') await drop()
      if (move === 'make') await make()
    },
  }
}

/**
 * Watches the disk of the data directory until it is stopped. If the disk is full at the start,
 * releases room in which the database can start.
 */
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
