/**
 * The place of this thread: its own root and directory, and the namespaces that it temporarily
 * enters.
 */
import { closeSync, fstatSync, openSync } from 'node:fs'
import { exit } from 'node:process'
import { call } from './calls.ts'

const CLONE_FS = 0x00000200
const CLONE_NEWNS = 0x00020000
const CLONE_NEWNET = 0x40000000

/** Descriptors of a thread's namespaces and root. */
interface Place {
  readonly mounts: number
  readonly network: number
  readonly root: number
}

let home: Place | undefined

/**
 * Separates the root and directory of this thread from those of the others, once: the kernel does
 * not let a thread that shares them enter another mount namespace. Threads that this one starts
 * would share them, so it must not be the first thread that uses a pool of threads.
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
 * @param process an open /proc directory of the process.
 * @param work receives a descriptor of this process's network namespace.
 */
export function inNamespacesOf<T>(process: string, work: (home: number) => T): T {
  const own = leaveProcess()
  const there = open(process)
  // Entered only if different: an ordinary user's root may not enter the machine's namespace, even
  // if it is already there.
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
    // Ends the thread, because the next job needs one in this process's own namespaces.
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
  // The process's root may differ from its namespace's root.
  call('fchdir', 'a root', root)
  call('chroot', 'a root', '.')
}
