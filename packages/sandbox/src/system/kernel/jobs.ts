import type { Uplink } from './links.ts'
import type { MountCall } from './mount-call.ts'
import type { Reservation } from './reserve.ts'

interface Where {
  /** An open directory of /proc, which names no other process than when it was opened. */
  readonly process: string
}

/** Sets up a process in new namespaces, before it becomes a sandbox. */
export interface PrepareJob extends Where {
  /** A user namespace of its own, and the file that keeps it. */
  readonly users: { readonly owner: number; readonly idMap: string; readonly place: string }
  /** Its links; undefined if its network namespace is the machine's. */
  readonly links: { readonly uplink: Uplink | undefined } | undefined
}

/** Makes mounts where a process is, and room for its spool. One job, since each wakes two threads. */
interface MountJob extends Where {
  /** Sources may be relative to it. */
  readonly directory: string
  readonly mounts: readonly MountCall[]
  readonly reservation: Reservation
}

/** The jobs of the kernel's thread. They are copied between threads, so they are plain data. */
interface Jobs {
  readonly prepare: { readonly request: PrepareJob; readonly result: undefined }
  /** Returns whether the room was reserved. */
  readonly mount: { readonly request: MountJob; readonly result: boolean }
}

export type JobName = keyof Jobs
export type Job<Name extends JobName> = Jobs[Name]

export interface Question<Name extends JobName> {
  readonly name: Name
  readonly request: Job<Name>['request']
}

/** Fields of an error. A copy of it between threads would lose `code`. */
export interface Failure {
  readonly message: string
  readonly code: string | undefined
  readonly errno: number | undefined
  readonly syscall: string | undefined
}

export type Reply<Name extends JobName> = { readonly result: Job<Name>['result'] } | { readonly failure: Failure }
