import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { rootMounts } from '../launch/mounts.ts'
import { sandboxFiles } from '../layout/layout.ts'
import { makeMemory, memoryFiles } from '../layout/memory.ts'
import { makeStateDirectory } from '../layout/state-directory.ts'
import { firstId } from '../privilege/id-ranges.ts'
import type { MountCall } from '../system/kernel/mount-call.ts'
import { rootIdOf, runtimeNetworkOf, runtimeOf, type SandboxRecord, writeRecord } from './record.ts'
import type { SandboxContext } from './sandbox-context.ts'

/**
 * Writes a sandbox's record and empty directories to disk, atomically. Afterwards `list` includes
 * the sandbox. Returns the record, completed with the places of its layers.
 * @param hosts its /etc/hosts; undefined for the image's.
 */
export function registerSandbox(context: SandboxContext, described: SandboxRecord, hosts?: string): SandboxRecord {
  const imageLayers = context.viewer.images(described.layers)
  const record = imageLayers.length === 0 ? described : { ...described, imageLayers }
  const staging = sandboxFiles(context.layout.trash, randomUUID())
  mkdirSync(staging.directory, { mode: 0o700 })
  writeRecord(staging.record, record)
  makeStateDirectory(context.layout, record.id, staging)
  mkdirSync(staging.sockets)
  if (hosts !== undefined) writeFileSync(staging.hosts, hosts, { mode: 0o644 })
  for (const path of [staging.upper, staging.work]) {
    mkdirSync(path)
    chmodSync(path, 0o755)
    chownSync(path, firstId, firstId)
  }
  renameSync(staging.directory, sandboxFiles(context.layout.sandboxes, record.id).directory)
  if (record.secretFiles === true || runtimeOf(record).stateInMemory)
    makeMemory(context.layout, record.id, rootIdOf(record))
  return record
}

/** Returns the mounts of a registered sandbox. */
export function mountsOf({ layout, viewer }: SandboxContext, record: SandboxRecord): readonly MountCall[] {
  const { hosts } = sandboxFiles(layout.sandboxes, record.id)
  const rootId = rootIdOf(record)
  return rootMounts({
    directory: layout.root,
    rootId,
    stack: viewer.stack(record.image.rootfs, record.layers),
    upper: `sandboxes/${record.id}/upper`,
    work: `sandboxes/${record.id}/work`,
    readOnlyMounts: record.readOnlyMounts,
    runtimeStage: runtimeOf(record).stage(runtimeNetworkOf(record), rootId),
    resolvConf: record.resolvConf,
    hosts: existsSync(hosts) ? hosts : null,
    secrets: record.secretFiles === true ? memoryFiles(layout, record.id).secrets : null,
  })
}
