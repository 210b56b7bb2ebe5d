import { setTimeout as sleep } from 'node:timers/promises'
import { isScarcity } from '@harmont/sandbox'
import type { JobContext } from './job-context.ts'

/** Failures for want of room that are borne while the disk as a whole has some: a quota, say, which no wait mends. */
const triesWithRoom = 3
const pauseMs = 500
const scarce = 'this machine is out of file descriptors, processes or memory'
const wordsOfFull = /\bENOSPC\b|\bEDQUOT\b|No space left on device|Disk quota exceeded/

/**
 * Does what needs room on this machine's disk, and file descriptors, processes and memory, and may be done again; when there is none, then once there is some. Throws as `HeldLease.whileWanted` when the job
 * is to end meanwhile.
 */
export async function withRoom<T>(
  { options, lease, log }: JobContext,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const { disk } = options
  for (let triesLeft = triesWithRoom, said = false; ; ) {
    try {
      return await work()
    } catch (error) {
      const isScarce = isScarcity(error)
      if (!isScarce && !isForWantOfRoom(error)) throw error
      await disk.look()
      // Whatever is scarce on a machine that works is there again before long.
      if (!isScarce && disk.full === null && --triesLeft === 0) throw error
      if (!said) log.remark(`${isScarce ? scarce : 'the disk of this machine is full'}; waiting for room to ${what}`)
      said = true
    }
    await lease.whileWanted(async () => {
      await sleep(pauseMs)
      await disk.hasRoom(lease.signal)
    })
  }
}

/** Whether it failed because nothing more could be written, here or in a program that was asked. */
export function isForWantOfRoom(error: unknown): boolean {
  for (let next: unknown = error; next instanceof Error; next = next.cause) {
    if (wordsOfFull.test(next.message)) return true
    if ('code' in next && (next.code === 'ENOSPC' || next.code === 'EDQUOT')) return true
  }
  return false
}
