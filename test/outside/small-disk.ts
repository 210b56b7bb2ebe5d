/** A small file system that can be filled: an image in a file, mounted over a loop device. */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

export interface SmallDisk {
  /** Where it is mounted. */
  readonly path: string
  /** A directory outside it. */
  readonly beside: string
  readonly freeBytes: () => number
  /** Writes until nothing more can be written. */
  fill(): void
  /** Takes away all that `fill` wrote. */
  empty(): void
  remove(): void
}

export function makeSmallDisk(bytes: number): SmallDisk {
  const beside = mkdtempSync('/var/tmp/harmont-disk-')
  const image = join(beside, 'image')
  const path = join(beside, 'mount')
  writeFileSync(image, '')
  truncateSync(image, bytes)
  mkdirSync(path)
  // Reserves no blocks for root, so that the disk is full for all users at once.
  execFileSync('mkfs.ext4', ['-q', '-m', '0', image])
  execFileSync('mount', ['-o', 'loop', image, path])
  let fills = 0
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  }
  return {
    path,
    beside,
    freeBytes,
    fill() {
      const bulk = freeBytes() - 8 * 1024 * 1024
      const name = join(path, `filler-${fills++}`)
      // Allocated blocks fill the disk as written ones do, without the time.
      if (bulk > 0) execFileSync('fallocate', ['--length', String(bulk), `${name}-bulk`])
      const file = openSync(name, 'w')
      // Writes ever smaller pieces until not one byte fits.
      for (const size of [256 * 1024, 4096, 1]) {
        try {
          const piece = Buffer.alloc(size)
          // Bounded, because space freed meanwhile would be filled byte by byte.
          for (let left = 4096; left > 0; left -= 1) if (writeSync(file, piece) < size) break
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
        }
      }
      closeSync(file)
    },
    empty() {
      for (const name of readdirSync(path)) if (name.startsWith('filler-')) rmSync(join(path, name))
    },
    remove() {
      // Killed runners leave mounts inside.
      execFileSync('umount', ['--recursive', path])
      rmSync(beside, { recursive: true })
    },
  }
}
