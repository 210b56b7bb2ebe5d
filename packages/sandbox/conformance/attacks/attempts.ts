import type { Attempt } from './attempt.ts'
import { fileAttempts } from './attempts/files.ts'
import { kernelAttempts } from './attempts/kernel.ts'
import { namespaceAttempts } from './attempts/namespaces.ts'
import { isolatedAttempts } from './attempts/network.ts'
import { processAttempts } from './attempts/processes.ts'

/** Every attempt that a sandbox without a network makes. */
export const attempts: readonly Attempt[] = [
  ...fileAttempts,
  ...processAttempts,
  ...namespaceAttempts,
  ...kernelAttempts,
  ...isolatedAttempts,
]
