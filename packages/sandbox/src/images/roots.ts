import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ImageProgram } from '../sandbox-driver.ts'
import { ifPresent, readJson } from '../system/files.ts'
import { runTool } from '../system/run-tool.ts'
import { removeTree } from '../system/staging.ts'
import { isStoredShifted } from './shifted.ts'

/** An unpacked root file system of the store. */
export interface Root {
  readonly digest: string
  readonly rootfs: string
  readonly env: Readonly<Record<string, string>>
  readonly program?: ImageProgram
}

interface RootRecord extends Omit<Root, 'rootfs'> {
  /** Sorted names of the top-level entries, against which a root is checked. */
  readonly top: readonly string[]
}

const rootsName = isStoredShifted ? 'roots-shifted' : 'roots'

/**
 * The roots below `directory`: `roots/HEX/{rootfs,root.json}`, complete or absent, and `gone/` for
 * roots being removed.
 */
export class Roots {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * Returns the root with this digest; undefined if it is absent or damaged. Removes a damaged one.
   */
  async get(digest: string): Promise<Root | undefined> {
    const place = this.#place(digest)
    if ((await ifPresent(stat(place))) === undefined) return undefined
    const record = await readJson<RootRecord>(path.join(place, 'root.json'))
    const rootfs = path.join(place, 'rootfs')
    if (record?.digest === digest && sameNames(await namesIn(rootfs), record.top)) {
      const { top: _, ...rest } = record
      return { ...rest, rootfs }
    }
    await this.remove(digest)
    return undefined
  }

  /**
   * Moves a finished root into the store, atomically and durably. If another process added the same
   * root first, that root is kept.
   */
  async add({ rootfs, ...root }: Root): Promise<Root> {
    const { digest } = root
    const staged = path.dirname(rootfs)
    const record: RootRecord = { ...root, top: (await namesIn(rootfs)) ?? [] }
    await writeFile(path.join(staged, 'root.json'), JSON.stringify(record), { mode: 0o600 })
    // After a power failure a root has all its files or does not exist.
    await runTool('sync', ['--file-system', staged])
    const place = this.#place(digest)
    await mkdir(path.dirname(place), { recursive: true, mode: 0o700 })
    try {
      await rename(staged, place)
    } catch (error) {
      const there = await this.get(digest)
      if (there === undefined) throw error
      return there
    }
    return { ...root, rootfs: path.join(place, 'rootfs') }
  }

  async digests(): Promise<readonly string[]> {
    const names = (await namesIn(path.join(this.#directory, rootsName))) ?? []
    return names.map((name) => `sha256:${name}`)
  }

  /** Moves the root aside atomically, then removes it. */
  async remove(digest: string): Promise<void> {
    const gone = path.join(this.#directory, 'gone', randomUUID())
    await mkdir(path.dirname(gone), { recursive: true, mode: 0o700 })
    await ifPresent(rename(this.#place(digest), gone))
    await removeTree(gone)
  }

  /** Completes the removals of a killed process. */
  async removeLeftovers(): Promise<void> {
    for (const name of (await namesIn(path.join(this.#directory, 'gone'))) ?? []) {
      await removeTree(path.join(this.#directory, 'gone', name))
    }
  }

  #place(digest: string): string {
    return path.join(this.#directory, rootsName, digest.replace(/^sha256:/, ''))
  }
}

async function namesIn(directory: string): Promise<readonly string[] | undefined> {
  return (await ifPresent(readdir(directory, 'latin1')))?.sort()
}

function sameNames(found: readonly string[] | undefined, wanted: readonly string[]): boolean {
  return found !== undefined && found.length === wanted.length && found.every((name, index) => name === wanted[index])
}
