import type { PostgresStore } from '@harmont/engine'
import type { Logger } from 'pino'
import type { BlobStore } from '../blobs/index.ts'
import type { DataDirectory } from '../data-directory/open-data-directory.ts'
import type { Settings } from '../settings/read-settings.ts'

export interface BuildsOptions {
  readonly settings: Settings
  readonly directory: DataDirectory
  readonly store: PostgresStore
  readonly blobs: BlobStore
  readonly log: Logger
}

/** What runs builds in this process. */
export interface Builds {
  readonly lacking: string | null
  drain(): Promise<void>
  stop(): Promise<void>
}

export async function startBuilds(_: BuildsOptions): Promise<Builds> {
  return { lacking: null, async drain() {}, async stop() {} }
}
