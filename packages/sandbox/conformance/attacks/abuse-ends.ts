/** The usual end of an abuse, with the limits that lead to it. */

import { MiB } from './abuse.ts'

export const small = { memoryBytes: 128 * MiB }
const large = { memoryBytes: 1024 * MiB }
const fewProcesses = { pids: 100 }
const manyProcesses = { pids: 2_000 }
export const littleDisk = { diskBytes: 32 * MiB }
const muchDisk = { diskBytes: 2_048 * MiB }
export const outOfMemory = { limits: small, end: 'memory', stoppedBy: 'memory limit', control: large } as const
export const outOfDisk = {
  limits: littleDisk,
  end: 'disk',
  stoppedBy: 'disk limit (watchdog)',
  control: muchDisk,
} as const
export const outOfProcesses = {
  limits: fewProcesses,
  end: 'refused',
  stoppedBy: 'process limit',
  control: manyProcesses,
} as const
export const counted = { end: 'borne', stoppedBy: 'nothing: counted as its memory' } as const
