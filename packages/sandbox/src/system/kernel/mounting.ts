import { closeSync, mkdirSync, readSync } from 'node:fs'
import { CallError, call } from './calls.ts'
import type { MountCall, MountFlag } from './mount-call.ts'
import { makeUserNamespace } from './user-namespace.ts'

const AT_FDCWD = -100
const AT_EMPTY_PATH = 0x1000
const AT_RECURSIVE = 0x8000
const OPEN_TREE_CLONE = 1
const OPEN_TREE_CLOEXEC = 0o2000000
const FSOPEN_CLOEXEC = 1
const FSMOUNT_CLOEXEC = 1
const FSCONFIG_SET_FLAG = 0
const FSCONFIG_SET_STRING = 1
const FSCONFIG_CMD_CREATE = 6
const MOVE_MOUNT_F_EMPTY_PATH = 4
const MOUNT_ATTR_IDMAP = 0x100000
const attributes: Readonly<Record<MountFlag, number>> = { ro: 1, nosuid: 2, nodev: 4, noexec: 8 }

/**
 * Makes mounts in order, in this thread's mount namespace.
 * @param directory the directory to which sources may be relative.
 */
export function makeMounts(directory: string, mounts: readonly MountCall[]): void {
  call('chdir', directory, directory)
  for (const mount of mounts) {
    const made = mount.type === undefined ? bind(mount) : newFileSystem(mount, mount.type)
    try {
      if (mount.makesTarget) mkdirSync(mount.target, { recursive: true, mode: 0o755 })
      // move_mount does not follow a link at the end of the target.
      call('move_mount', mount.target, made, '', AT_FDCWD, mount.target, MOVE_MOUNT_F_EMPTY_PATH)
    } finally {
      closeSync(made)
    }
  }
}

/** Mounts a namespace on a file, which keeps it alive. */
export function showNamespace(descriptor: number, target: string): void {
  const source = `/proc/self/fd/${descriptor}`
  const made = call('open_tree', target, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)
  try {
    call('move_mount', target, made, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH)
  } finally {
    closeSync(made)
  }
}

/** Returns a detached copy of a mount, so that nothing remains after a failure. */
function bind({ source, recursive, flags, idMap }: MountCall): number {
  const depth = recursive ? AT_RECURSIVE : 0
  const made = call('open_tree', source, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | depth)
  try {
    if (flags.length > 0) setAttributes(made, 0, attributesOf(flags))
    if (idMap !== undefined) mapIds(made, depth, idMap)
    return made
  } catch (error) {
    closeSync(made)
    throw error
  }
}

function mapIds(mount: number, depth: number, idMap: string): void {
  const users = makeUserNamespace(idMap)
  try {
    setAttributes(mount, depth, MOUNT_ATTR_IDMAP, users)
  } finally {
    closeSync(users)
  }
}

function setAttributes(mount: number, depth: number, set: number, users = 0): void {
  // attr_set, attr_clr, propagation, userns_fd.
  const wanted = Buffer.alloc(32)
  wanted.writeBigUInt64LE(BigInt(set), 0)
  wanted.writeBigUInt64LE(BigInt(users), 24)
  call('mount_setattr', 'flags and ids', mount, '', AT_EMPTY_PATH | depth, wanted, wanted.length)
}

function attributesOf(flags: readonly MountFlag[]): number {
  return flags.reduce((all, flag) => all | attributes[flag], 0)
}

function newFileSystem({ source, flags, options }: MountCall, type: string): number {
  const context = call('fsopen', type, type, FSOPEN_CLOEXEC)
  try {
    const set = (name: string, value: string | null): number =>
      call(
        'fsconfig',
        `${type}: ${name}`,
        context,
        value === null ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING,
        name,
        value,
        0,
      )
    set('source', source)
    // Makes the file system itself read-only, in addition to the mount.
    if (flags.includes('ro')) set('ro', null)
    for (const [name, value] of options) set(name, value)
    call('fsconfig', `${type} ${source}`, context, FSCONFIG_CMD_CREATE, null, null, 0)
    return call('fsmount', type, context, FSMOUNT_CLOEXEC, attributesOf(flags))
  } catch (error) {
    if (error instanceof CallError) error.message += explanation(context)
    throw error
  } finally {
    closeSync(context)
  }
}

/** Returns the kernel's messages about a file system that it refused. */
function explanation(context: number): string {
  const text = Buffer.alloc(4096)
  let said = ''
  try {
    for (;;) said += `: ${text.toString('utf8', 0, readSync(context, text)).trim()}`
  } catch {
    return said // ENODATA after the last message.
  }
}
