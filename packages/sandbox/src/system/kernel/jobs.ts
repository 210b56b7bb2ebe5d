import type { ThreadError } from '../thread-error.ts'
import type { Uplink } from './links.ts'
import type { MountCall } from './mount-call.ts'
import type { Hole, Reservation } from './space.ts'

interface Where {
  /**
   * An open /proc directory of a process, which remains valid for that process even if its id is
   * reused.
   */
  readonly process: string
}

/** Sets up a process in new namespaces, before it becomes a sandbox. */
export interface PrepareJob extends Where {
  /** A user namespace for the process, and the file that keeps it alive. */
  readonly users: { readonly owner: number; readonly idMap: string; readonly place: string }
  /** The links of the process; undefined if its network namespace is the machine's. */
  readonly links: { readonly uplink: Uplink | undefined } | undefined
}

/**
 * Makes mounts in a process's mount namespace, and reserves space for its spool. Both are one job,
 * because each job wakes two threads.
 */
interface MountJob extends Where {
  /** The directory to which sources may be relative. */
  readonly directory: string
  readonly mounts: readonly MountCall[]
  readonly reservation: Reservation
}

/** The jobs of the kernel thread. They are plain data, because they are copied between threads. */
interface Jobs {
  readonly prepare: { readonly request: PrepareJob; readonly result: undefined }
  /** Returns whether the space was reserved. */
  readonly mount: { readonly request: MountJob; readonly result: boolean }
  readonly punch: { readonly request: Hole; readonly result: undefined }
}

export type JobName = keyof Jobs
export type Job<Name extends JobName> = Jobs[Name]

export interface Question<Name extends JobName> {
  readonly name: Name
  readonly request: Job<Name>['request']
}

export type Reply<Name extends JobName> = { readonly result: Job<Name>['result'] } | { readonly error: ThreadError }
