import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import type { Seen } from './attempt.ts'

/** Signs on the machine of a sandbox's processes. A process that has ended has none. */

/** Returns whether any of the processes has a file of this name open, as /proc shows. */
export function holdsOpen({ pids }: Seen, name: string): boolean {
  return pids.some((pid) =>
    looked(() => readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)))?.includes(name),
  )
}

/**
 * Returns whether any of the processes sees a mount whose line in /proc/PID/mountinfo contains
 * `text`.
 */
export function hasMounted({ pids }: Seen, text: string): boolean {
  return pids.some((pid) => looked(() => readFileSync(`/proc/${pid}/mountinfo`, 'utf8'))?.includes(text))
}

/**
 * Returns whether a process with this command line has left the first process's namespace of this
 * kind.
 */
export function isElsewhere({ pids }: Seen, kind: string, commandLine: string): boolean {
  const namespaceOf = (pid = 0) => looked(() => readlinkSync(`/proc/${pid}/ns/${kind}`))
  const named = pids.filter(
    (pid) =>
      looked(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
        ?.replaceAll('\0', ' ')
        .trim() === commandLine,
  )
  return named.some((pid) => namespaceOf(pid) !== namespaceOf(pids[0]))
}

/** Returns whether a file in any of the processes' /proc directories matches the pattern. */
export function anyHas({ pids }: Seen, file: string, pattern: RegExp): boolean {
  return pids.some((pid) => pattern.test(looked(() => readFileSync(`/proc/${pid}/${file}`, 'utf8')) ?? ''))
}

/** Returns owner and mode of a file; undefined if it is absent. */
export function lookAt(path: string): { readonly uid: number; readonly mode: number } | undefined {
  return looked(() => statSync(path))
}

function looked<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code)))
      return undefined
    throw error
  }
}
