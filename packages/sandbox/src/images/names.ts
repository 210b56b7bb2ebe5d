import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ifPresent, readJson } from '../system/files.ts'

export interface NameRecord {
  readonly name: string
  /**
   * The owner of the login that pulled the image: only that owner may use it. Absent if all users
   * of the store may.
   */
  readonly scope?: string
  /** Digest of the image's root. */
  readonly digest: string
  readonly origin: 'import' | 'registry'
  /** The registry's digest, for `registry`. */
  readonly registryDigest?: string
  /** Unpacked size in bytes, for `registry`. Absent in records of earlier releases. */
  readonly bytes?: number
  /** The time of the import, or of the last request to the registry, in Unix milliseconds. */
  readonly at: number
}

/**
 * The known image names: one small file below `directory` for each name and scope, replaced
 * atomically.
 */
export class Names {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Returns undefined if the name is unknown in this scope or its record is damaged. */
  async get(name: string, scope = ''): Promise<NameRecord | undefined> {
    const record = await this.#read(fileOf(name, scope))
    return record?.name === name && (record.scope ?? '') === scope ? record : undefined
  }

  async put(record: NameRecord): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const file = path.join(this.#directory, fileOf(record.name, record.scope))
    const staged = `${file}.${randomUUID()}`
    await writeFile(staged, JSON.stringify(record), { mode: 0o600, flush: true })
    await rename(staged, file)
  }

  async remove(name: string, scope = ''): Promise<boolean> {
    const known = (await this.get(name, scope)) !== undefined
    await rm(path.join(this.#directory, fileOf(name, scope)), { force: true })
    return known
  }

  async list(): Promise<readonly NameRecord[]> {
    const files = (await ifPresent(readdir(this.#directory))) ?? []
    const records = await Promise.all(files.filter((file) => file.endsWith('.json')).map((file) => this.#read(file)))
    return records.filter((record) => record !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #read(file: string): Promise<NameRecord | undefined> {
    return readJson(path.join(this.#directory, file))
  }
}

function fileOf(name: string, scope = ''): string {
  // Unambiguous, because no name contains a NUL.
  const key = scope === '' ? name : `${scope}\0${name}`
  return `${createHash('sha256').update(key).digest('hex')}.json`
}
