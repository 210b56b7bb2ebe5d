import type { SandboxErrorCode, SourceTreeRef } from '../sandbox-driver.ts'
import type { CheckoutJob } from './git/checkout-tree.ts'
import type { SyncJob } from './sync-tree.ts'
import type { TakeJob, Taken } from './take-files.ts'
import type { UnpackJob } from './unpack-archive.ts'
import type { WatchedDigest, WatchJob } from './watched-files.ts'

/**
 * The jobs of worker threads. Requests, results and errors are copied between threads, so they are
 * plain data.
 */
export interface Jobs {
  readonly unpack: { readonly request: UnpackJob; readonly result: string }
  readonly checkout: { readonly request: CheckoutJob; readonly result: string }
  readonly take: { readonly request: TakeJob; readonly result: Taken }
  readonly verify: { readonly request: SourceTreeRef; readonly result: boolean }
  readonly sync: { readonly request: SyncJob; readonly result: undefined }
  readonly watch: { readonly request: WatchJob; readonly result: WatchedDigest }
}

export type JobName = keyof Jobs
export type Job<Name extends JobName> = Jobs[Name]

export type Reply = { readonly result: unknown } | { readonly error: Error; readonly code?: SandboxErrorCode }
