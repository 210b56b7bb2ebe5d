import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ifPresent, readJson } from '../system/files.ts'

export interface NameRecord {
  readonly name: string
  /** The owner of the login it was pulled with: only they get it. Absent: anybody who uses the store does. */
  readonly scope?: string
  /** Digest of the root. */
  readonly digest: string
  readonly origin: 'import' | 'registry'
  /** The registry's digest, for `registry`. */
  readonly registryDigest?: string
  /** Unpacked size, for `registry`. Absent in records of earlier releases. */
  readonly bytes?: number
  /** When it was imported, or when the registry was last asked, in Unix milliseconds. */
  readonly at: number
}

/** The known image names: one small file for each and its scope below `directory`, replaced atomically. */
export class Names {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Returns undefined for a name that is unknown in this scope, or a damaged record. */
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
  // No name has a NUL.
  const key = scope === '' ? name : `${scope}\0${name}`
  return `${createHash('sha256').update(key).digest('hex')}.json`
}
