/** Where this thread is: its own root and directory, and namespaces that it enters for a while. */
import { closeSync, fstatSync, openSync } from 'node:fs'
import { exit } from 'node:process'
import { call } from './calls.ts'

const CLONE_FS = 0x00000200
const CLONE_NEWNS = 0x00020000
const CLONE_NEWNET = 0x40000000

/** Descriptors of what a thread sees. */
interface Place {
  readonly mounts: number
  readonly network: number
  readonly root: number
}

let home: Place | undefined

/**
 * Gives this thread a root and a directory of its own, once: the kernel lets no thread that shares
 * them enter another mount namespace. Threads that this one starts would share them, so it must not
 * be the first to use a pool of threads.
 */
function leaveProcess(): Place {
  if (home !== undefined) return home
  const place = open('/proc/thread-self')
  try {
    call('unshare', 'a root of its own', CLONE_FS)
  } catch (error) {
    close(place)
    throw error
  }
  home = place
  return place
}

/**
 * Runs `work` in the mount and network namespaces of a process, with its root.
 * @param process an open directory of /proc, which names no other process than when it was opened.
 * @param work gets a descriptor of this process's network namespace.
 */
export function inNamespacesOf<T>(process: string, work: (home: number) => T): T {
  const own = leaveProcess()
  const there = open(process)
  // An ordinary user's root may not even enter the machine's, where it is already.
  const isApart = fstatSync(there.network).ino !== fstatSync(own.network).ino
  try {
    enter(there, isApart)
    return work(own.network)
  } finally {
    close(there)
    goHome(own, isApart)
  }
}

function goHome(own: Place, withNetwork: boolean): void {
  try {
    enter(own, withNetwork)
  } catch (error) {
    // The next job needs a thread that is where this process is.
    exit(1)
    throw error
  }
}

function open(process: string): Place {
  const opened: number[] = []
  const descriptor = (path: string): number => {
    const fd = openSync(`${process}/${path}`, 'r')
    opened.push(fd)
    return fd
  }
  try {
    return { mounts: descriptor('ns/mnt'), network: descriptor('ns/net'), root: descriptor('root') }
  } catch (error) {
    for (const fd of opened) closeSync(fd)
    throw error
  }
}

function close(place: Place): void {
  for (const fd of Object.values(place)) closeSync(fd)
}

function enter({ mounts, network, root }: Place, withNetwork: boolean): void {
  if (withNetwork) call('setns', 'a network namespace', network, CLONE_NEWNET)
  call('setns', 'a mount namespace', mounts, CLONE_NEWNS)
  // The namespace's own root may be another.
  call('fchdir', 'a root', root)
  call('chroot', 'a root', '.')
}
