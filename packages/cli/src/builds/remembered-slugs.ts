import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../config/replace-file.ts'
import { isMissing } from '../is-missing.ts'

/** What a pipeline of this server, organization and repository is called there. */
export interface SlugMemory {
  get(): Promise<string | undefined>
  set(slug: string): Promise<void>
  forget(): Promise<void>
}

interface Place {
  readonly apiUrl: string
  readonly org: string
  readonly repository: string
  /** In the repository. */
  readonly slug: string
}

/** One small file for each, below the cache directory: what is lost costs one more request. */
export function slugMemory(cacheDirectory: string, { apiUrl, org, repository, slug }: Place): SlugMemory {
  const key = JSON.stringify([apiUrl, org, repository.toLowerCase(), slug])
  const file = join(cacheDirectory, 'pipelines', createHash('sha256').update(key).digest('hex'))
  return {
    async get() {
      try {
        return (await readFile(file, 'utf8')).trim() || undefined
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    set: (found) => replaceFile(file, `${found}\n`, { file: 0o600, directory: 0o700 }),
    forget: () => rm(file, { force: true }),
  }
}
