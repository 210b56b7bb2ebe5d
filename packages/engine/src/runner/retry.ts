/**
 * Retries operations after temporary failures, such as an unavailable database or a machine without
 * room.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isScarcity, now } from '@harmont/sandbox'
import type { Disk } from './disk-watch.ts'
import type { HeldLease } from './held-lease.ts'
import type { JobLog } from './job-log.ts'

export interface Persistence {
  readonly signal: AbortSignal
  readonly giveUpMs: number
  readonly onFailure: (error: unknown) => void
  /** Returns whether the failure may be temporary, so that its time does not count. */
  readonly isExcused?: () => boolean
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/**
 * Returns the result of `call`, and retries with growing pauses while it throws, so that a database
 * outage costs time but no job. Throws the signal's reason, or the last error after `giveUpMs` of
 * failures.
 */
export async function persist<T>(
  call: () => Promise<T>,
  { signal, giveUpMs, onFailure, isExcused = () => false }: Persistence,
): Promise<T> {
  let since = now()
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    signal.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      signal.throwIfAborted()
      if (isExcused()) since = now()
      if (now() - since >= giveUpMs) throw error
      onFailure(error)
    }
    try {
      await sleep(pauseMs, undefined, { signal })
    } catch {
      throw signal.reason
    }
  }
}

/**
 * Number of failures for lack of room that are tolerated while the disk itself has room, because a
 * quota, for example, never recovers by waiting.
 */
const triesWithRoom = 3
const roomPauseMs = 500
const scarce = 'this machine is out of file descriptors, processes or memory'
const wordsOfFull = /\bENOSPC\b|\bEDQUOT\b|No space left on device|Disk quota exceeded/

interface RoomSeeker {
  readonly options: { readonly disk: Disk }
  readonly lease: HeldLease
  readonly log: JobLog
}

/**
 * Runs repeatable work that needs disk space, file descriptors, processes or memory, and retries it
 * once there is room. Throws like `HeldLease.whileWanted` when the job must end meanwhile.
 */
export async function withRoom<T>(
  { options: { disk }, lease, log }: RoomSeeker,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  for (let triesLeft = triesWithRoom, said = false; ; ) {
    try {
      return await work()
    } catch (error) {
      const isScarce = isScarcity(error)
      if (!isScarce && !isForWantOfRoom(error)) throw error
      await disk.look()
      // A shortage on a working machine is brief.
      if (!isScarce && disk.full === null && --triesLeft === 0) throw error
      if (!said) log.remark(`${isScarce ? scarce : 'the disk of this machine is full'}; waiting for room to ${what}`)
      said = true
    }
    await lease.whileWanted(async () => {
      await sleep(roomPauseMs)
      await disk.hasRoom(lease.signal)
    })
  }
}

/**
 * Returns whether an operation failed because no more data could be written, here or in a called
 * program.
 */
export function isForWantOfRoom(error: unknown): boolean {
  for (let next: unknown = error; next instanceof Error; next = next.cause) {
    if (wordsOfFull.test(next.message)) return true
    if ('code' in next && (next.code === 'ENOSPC' || next.code === 'EDQUOT')) return true
  }
  return false
}
