import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import type { Seen } from './attempt.ts'

/** What the machine shows of the processes of a sandbox. Processes that end meanwhile show nothing. */

/** Whether any of them has a file open whose name in /proc is this. */
export function holdsOpen({ pids }: Seen, name: string): boolean {
  return pids.some((pid) =>
    looked(() => readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)))?.includes(name),
  )
}

/** Whether any of them sees a mount of which a line in /proc/PID/mountinfo contains this. */
export function hasMounted({ pids }: Seen, text: string): boolean {
  return pids.some((pid) => looked(() => readFileSync(`/proc/${pid}/mountinfo`, 'utf8'))?.includes(text))
}

/** Whether one of them with this command line has left the namespace of a kind that the first is in. */
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

/** Whether one of them is in this state by a file in its /proc directory. */
export function anyHas({ pids }: Seen, file: string, pattern: RegExp): boolean {
  return pids.some((pid) => pattern.test(looked(() => readFileSync(`/proc/${pid}/${file}`, 'utf8')) ?? ''))
}

/** Owner and mode of a file; undefined when it is absent. */
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
