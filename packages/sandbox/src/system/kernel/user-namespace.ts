import { openSync, writeFileSync } from 'node:fs'
import { call, functionOf } from './calls.ts'

const CLONE_NEWUSER = 0x10000000
const CLONE_VM = 0x100
const CLONE_VFORK = 0x4000
const __WALL = 0x40000000
const PR_GET_DUMPABLE = 3
const PR_SET_DUMPABLE = 4
const PR_SET_SECUREBITS = 28
const SECBIT_NO_SETUID_FIXUP = 4
const PROT_READ_WRITE = 3
const MAP_PRIVATE_ANONYMOUS_STACK = 0x20022
const stackBytes = 64 * 1024
const keep = -1

/**
 * Makes a user namespace with these lines of an id map, for users and groups, and returns a
 * descriptor of it.
 * @param owner the user id to which the kernel charges the namespace's resources.
 */
export function makeUserNamespace(idMap: string, owner = 0): number {
  const child = owner === 0 ? makeChild() : asOwner(owner, makeChild)
  try {
    for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${child}/${map}`, idMap)
    return openSync(`/proc/${child}/ns/user`, 'r')
  } finally {
    call('waitpid', 'the child with a user namespace', child, null, __WALL)
  }
}

/**
 * Starts a child in a new user namespace, and returns its process id once the child has ended. A
 * thread cannot enter a new user namespace, but the id of an ended child that has not been waited
 * for still refers to the child's namespace. The child shares this thread's memory while the thread
 * is stopped, as a child of vfork(2) does. It runs one function of the C library that is only a
 * system call, and sends no signal at its end.
 */
function makeChild(): number {
  child ??= { run: functionOf('getppid'), top: newStack() }
  return call('clone', 'a user namespace', child.run, child.top, CLONE_VM | CLONE_VFORK | CLONE_NEWUSER, null)
}

let child: { readonly run: bigint; readonly top: bigint } | undefined

/**
 * Returns the top of a permanent memory area: a buffer's memory could be reused while a child uses
 * it.
 */
function newStack(): bigint {
  const bottom = call('mmap', 'a stack', null, stackBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_STACK, -1, 0)
  return BigInt(bottom + stackBytes)
}

let keepsRights = false

/** Runs `work` as another effective user, with all rights, in this thread only. */
function asOwner<T>(owner: number, work: () => T): T {
  if (!keepsRights) call('prctl', 'rights', PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
  keepsRights = true
  // Restored afterwards: the kernel hides a process that changes its user from other processes of
  // this user.
  const dumpable = call('prctl', 'visibility', PR_GET_DUMPABLE, 0, 0, 0, 0)
  call('setresuid', `user ${owner}`, keep, owner, keep)
  try {
    return work()
  } finally {
    call('setresuid', 'the own user', keep, 0, keep)
    call('prctl', 'visibility', PR_SET_DUMPABLE, dumpable, 0, 0, 0)
  }
}
