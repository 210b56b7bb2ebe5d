/**
 * Files of sandboxes that must never be on disk: one directory for each sandbox, in a tmpfs. It
 * outlives this process but not a reboot.
 */
import { chmodSync, chownSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SandboxError } from '../sandbox-driver.ts'
import { hasCode, isAbsent, readIfPresent, writeAtomically } from '../system/files.ts'
import type { Layout } from './layout.ts'
import { isMemory, isOurs } from './own-memory.ts'

interface MemoryFiles {
  readonly directory: string
  /** Mounted as /run/secrets. */
  readonly secrets: string
  /** Data for the adopter of the sandbox; not mounted. */
  readonly memo: string
  /** A secret while it is written. */
  readonly next: string
  /** Created by the runtime. */
  readonly runtime: string
}

/** Returns the paths of a sandbox's in-memory directory, whether it exists or not. */
export function memoryFiles({ memory }: Pick<Layout, 'memory'>, id: string): MemoryFiles {
  const directory = join(memory, id)
  return {
    directory,
    secrets: join(directory, 'secrets'),
    memo: join(directory, 'memo'),
    next: join(directory, 'next'),
    runtime: join(directory, 'run'),
  }
}

/**
 * Creates a sandbox's in-memory directory, with secrets owned by the user id `rootId`. Throws
 * SandboxError `provision_failed` if the machine has no suitable tmpfs.
 */
export function makeMemory(layout: Layout, id: string, rootId: number): void {
  const files = memoryFiles(layout, id)
  mkdirSync(layout.memory, { recursive: true, mode: 0o700 })
  // Another user may have created the directory first, to read it.
  if (!isOurs(layout.memory))
    throw new SandboxError('provision_failed', `${layout.memory} belongs to another user: remove it`)
  if (!isMemory(layout.memory))
    throw new SandboxError('provision_failed', `${layout.memory} must be on a tmpfs: secrets must never reach a disk`)
  mkdirSync(files.directory, { mode: 0o700 })
  mkdirSync(files.secrets)
  chmodSync(files.secrets, 0o500)
  chownSync(files.secrets, rootId, rootId)
}

interface MemoryContent {
  readonly secrets: Readonly<Record<string, string>>
  readonly memo: string
  readonly rootId: number
}

/** Writes the secrets, readable by the sandbox's root only, and the memo. */
export function fillMemory(layout: Layout, id: string, { secrets, memo, rootId }: MemoryContent): void {
  const files = memoryFiles(layout, id)
  for (const [name, value] of Object.entries(secrets)) writeSecret(join(files.secrets, secretName(name)), value, rootId)
  writeFileSync(files.memo, memo, { mode: 0o600 })
}

/**
 * Replaces the memo and these secrets, each atomically. The memo comes first, so that an adopter of
 * the sandbox knows every secret that its command may have read.
 */
export function replaceInMemory(layout: Layout, id: string, { secrets, memo, rootId }: MemoryContent): void {
  const files = memoryFiles(layout, id)
  writeAtomically(files.memo, memo)
  for (const [name, value] of Object.entries(secrets)) {
    const path = join(files.secrets, secretName(name))
    // Written outside the mounted directory, so that the command never sees half of it.
    rmSync(files.next, { force: true })
    writeSecret(files.next, value, rootId)
    renameSync(files.next, path)
  }
}

function writeSecret(path: string, value: string, rootId: number): void {
  writeFileSync(path, value, { mode: 0o400 })
  chownSync(path, rootId, rootId)
}

function secretName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw new SandboxError('provision_failed', `${JSON.stringify(name)} is not a secret name`)
}

/** Returns the memo of a sandbox; undefined if it has none or the machine was rebooted. */
export function readMemo(layout: Layout, id: string): string | undefined {
  return readIfPresent(memoryFiles(layout, id).memo)
}

/** Removes a sandbox's in-memory directory. */
export function removeMemory(layout: Layout, id: string): void {
  rmSync(memoryFiles(layout, id).directory, { recursive: true, force: true })
  removeEmpty(layout.memory)
}

/** Removes the in-memory directories of sandboxes that no longer exist. */
export async function removeOrphanedMemory({ memory, sandboxes }: Layout): Promise<void> {
  // Another user may have put a link at this path.
  if (!isOurs(memory)) return
  const known = new Set(await readdir(sandboxes))
  for (const id of await readdir(memory)) if (!known.has(id)) await rm(join(memory, id), { recursive: true })
  removeEmpty(memory)
}

function removeEmpty(memory: string): void {
  try {
    rmdirSync(memory)
  } catch (error) {
    if (!isAbsent(error) && !hasCode(error, 'ENOTEMPTY')) throw error
  }
}
