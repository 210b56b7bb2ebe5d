import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { isAlive, isEmptyWithin, waitUntilEmpty } from '../cgroups/cgroups.ts'
import { type FrozenFiles, type Running, SandboxError, type Snapshot, type SnapshotMeta } from '../sandbox-driver.ts'
import { FilesOfView } from '../snapshots/frozen-files.ts'
import { filesIn } from '../snapshots/snapshot-record.ts'
import { plannedSnapshot } from '../snapshots/snapshots.ts'
import { readIfPresent } from '../system/files.ts'
import { plainReason } from '../system/tool-failed.ts'
import { hasGitMount, removeGitMountPoint } from './git-mount.ts'
import type { SandboxState } from './sandbox-context.ts'

/** Freezes the files that a sandbox's ended command left, as a snapshot. */
export async function freezeLeftFiles(
  sandbox: SandboxState,
  command: Running | undefined,
  meta: SnapshotMeta,
): Promise<Snapshot> {
  const { context, record } = sandbox
  const { files } = sandbox.target
  if (command === undefined) throw new SandboxError('snapshot_failed', 'no command was started in this sandbox')
  if (!(await hasEnded(sandbox))) throw new SandboxError('snapshot_failed', 'the command has not ended')
  try {
    // Determines the outcome first, from files that are about to be moved.
    await command.exited()
    await waitUntilEmpty(record.groups.payload)
    // No process can write any more. The monitor is still ending: unmounting takes time for many
    // files [0.3 s for 100,000]. If a fork starts meanwhile, the kernel only logs that a layer
    // is in use.
    await isEmptyWithin(record.groups.monitor, 20)
    if (hasGitMount(record)) removeGitMountPoint(files.upper)
    return await context.snapshots.freeze(files, {
      parent: record.parent,
      imageDigest: record.image.digest,
      below: record.layers,
      source: record.source,
      ...(record.inputPaths && { inputPaths: record.inputPaths }),
      meta,
    })
  } catch (error) {
    throw new SandboxError('snapshot_failed', `could not keep the file system: ${plainReason(error)}`, {
      cause: error,
    })
  }
}

/**
 * Calls `use` with the files that a sandbox's ended command left, from its snapshot if it has one.
 */
export async function withLeftFiles<T>(
  sandbox: SandboxState,
  command: Running | undefined,
  use: (files: FrozenFiles) => Promise<T>,
): Promise<T> {
  const { context, record } = sandbox
  const { files } = sandbox.target
  if (command === undefined || !(await hasEnded(sandbox)))
    throw new SandboxError('snapshot_unavailable', 'the command has not ended')
  await waitUntilEmpty(record.groups.payload)
  const kept = plannedSnapshot(files)
  if (kept !== undefined && (await context.snapshots.get(kept)) !== undefined)
    return context.snapshots.withFiles(kept, use)
  return withOwnFiles(sandbox, (root) => use(new FilesOfView(root)))
}

/** Calls `use` with a view of a sandbox's own files, which are in no snapshot yet. */
export async function withOwnFiles<T>(
  { context, record, target: { files } }: SandboxState,
  use: (root: string) => Promise<T>,
): Promise<T> {
  await context.viewer.ready(record.layers)
  const stack = context.viewer.stack(record.image.rootfs, record.layers)
  // A kill may have interrupted `freeze` after it had moved the files.
  const top = existsSync(files.upper) ? files.upper : filesIn(files.snapshot).layer
  const own = { ...stack, layers: [relative(context.layout.root, top), ...stack.layers] }
  return context.viewer.withViews([own], ([root = '']) => use(root))
}

async function hasEnded({ record, target: { files } }: SandboxState): Promise<boolean> {
  if (readIfPresent(files.exit) !== undefined) return true
  return !(await isAlive(record.groups))
}
