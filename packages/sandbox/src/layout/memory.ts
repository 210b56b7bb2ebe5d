/** What must be on no disk: a directory of each sandbox in the machine's memory, which outlives this process but not a boot. */
import { chmodSync, chownSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SandboxError } from '../sandbox-driver.ts'
import { hasCode, isAbsent, readIfPresent } from '../system/files.ts'
import type { Layout } from './layout.ts'
import { isMemory, isOurs } from './own-memory.ts'

interface MemoryFiles {
  readonly directory: string
  /** Shown in the sandbox as /run/secrets. */
  readonly secrets: string
  /** For whoever adopts the sandbox; not shown in it. */
  readonly memo: string
  /** For the runtime, which makes it. */
  readonly runtime: string
}

/** Where a sandbox's part of it is, whether or not it has one. */
export function memoryFiles({ memory }: Pick<Layout, 'memory'>, id: string): MemoryFiles {
  const directory = join(memory, id)
  return {
    directory,
    secrets: join(directory, 'secrets'),
    memo: join(directory, 'memo'),
    runtime: join(directory, 'run'),
  }
}

/** Makes a sandbox's part, whose secrets are for this id of the machine. Fails with SandboxError `provision_failed` where the machine has no such place. */
export function makeMemory(layout: Layout, id: string, rootId: number): void {
  const files = memoryFiles(layout, id)
  mkdirSync(layout.memory, { recursive: true, mode: 0o700 })
  // Anybody may have made it before us, to look into it.
  if (!isOurs(layout.memory))
    throw new SandboxError('provision_failed', `${layout.memory} belongs to somebody else: remove it`)
  if (!isMemory(layout.memory))
    throw new SandboxError('provision_failed', `${layout.memory} must be on a tmpfs: secrets must never reach a disk`)
  mkdirSync(files.directory, { mode: 0o700 })
  mkdirSync(files.secrets)
  chmodSync(files.secrets, 0o500)
  chownSync(files.secrets, rootId, rootId)
}

/** Writes what the command gets, which only its root may read, and the memo. */
export function fillMemory(
  layout: Layout,
  id: string,
  {
    secrets,
    memo,
    rootId,
  }: { readonly secrets: Readonly<Record<string, string>>; readonly memo: string; readonly rootId: number },
): void {
  const files = memoryFiles(layout, id)
  for (const [name, value] of Object.entries(secrets)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new SandboxError('provision_failed', `${JSON.stringify(name)} is not a secret name`)
    const path = join(files.secrets, name)
    writeFileSync(path, value, { mode: 0o400 })
    chownSync(path, rootId, rootId)
  }
  writeFileSync(files.memo, memo, { mode: 0o600 })
}

/** The memo of a sandbox; undefined when it has none, or the machine was started since. */
export function readMemo(layout: Layout, id: string): string | undefined {
  return readIfPresent(memoryFiles(layout, id).memo)
}

/** Removes a sandbox's part. */
export function removeMemory(layout: Layout, id: string): void {
  rmSync(memoryFiles(layout, id).directory, { recursive: true, force: true })
  removeEmpty(layout.memory)
}

/** Removes the parts of sandboxes that are no more. */
export async function clearMemory({ memory, sandboxes }: Layout): Promise<void> {
  // Anybody may have put a link to what is to be removed there.
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
