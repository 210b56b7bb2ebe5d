/**
 * System calls that Node.js lacks, through the C library. Only the kernel thread loads this module:
 * most of these calls block, and some change the thread's namespaces or root.
 *
 * A wrong signature corrupts memory, so each one follows the manual page. Calls without a function
 * in older C libraries use `syscall`. Their numbers are the same on all architectures.
 */
import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'

const library = koffi.load('libc.so.6')

type Argument = number | bigint | string | Buffer | null
type Native = (...given: Argument[]) => number

const declare = (
  name: string,
  result: 'int' | 'uint' | 'long' | 'intptr_t',
  ...parameters: readonly string[]
): Native => library.func(name, result, [...parameters])
const declareCall = (number: number, ...parameters: readonly string[]): Native => {
  const call = declare('syscall', 'long', 'long', ...parameters)
  return (...given) => call(number, ...given)
}

const native = {
  setns: declare('setns', 'int', 'int', 'int'),
  unshare: declare('unshare', 'int', 'int'),
  fchdir: declare('fchdir', 'int', 'int'),
  chdir: declare('chdir', 'int', 'str'),
  chroot: declare('chroot', 'int', 'str'),
  mmap: declare('mmap', 'intptr_t', 'void *', 'size_t', 'int', 'int', 'int', 'int64_t'),
  clone: declare('clone', 'int', 'void *', 'void *', 'int', 'void *'),
  waitpid: declare('waitpid', 'int', 'int', 'void *', 'int'),
  prctl: declare('prctl', 'int', 'int', 'ulong', 'ulong', 'ulong', 'ulong'),
  // Called directly, because the C library's function changes all threads.
  setresuid: declareCall(process.arch === 'arm64' ? 147 : 117, 'int', 'int', 'int'),
  socket: declare('socket', 'int', 'int', 'int', 'int'),
  if_nametoindex: declare('if_nametoindex', 'uint', 'str'),
  fallocate: declare('fallocate64', 'int', 'int', 'int', 'int64_t', 'int64_t'),
  open_tree: declareCall(428, 'int', 'str', 'uint'),
  move_mount: declareCall(429, 'int', 'str', 'int', 'str', 'uint'),
  fsopen: declareCall(430, 'str', 'uint'),
  fsconfig: declareCall(431, 'int', 'uint', 'str', 'str', 'int'),
  fsmount: declareCall(432, 'int', 'uint', 'uint'),
  mount_setattr: declareCall(442, 'int', 'str', 'uint', 'void *', 'size_t'),
}

type CallName = keyof typeof native

/**
 * The error of a system call, with the fields of Node.js's own errors; callers decide by `code`.
 */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly code: string
  readonly errno: number
  readonly syscall: string

  /** @param about the subject of the call. */
  constructor(syscall: string, errno: number, about: string) {
    const code = getSystemErrorName(-errno)
    super(`${code}: ${syscall}${about === '' ? '' : ` ${about}`}`)
    this.code = code
    this.errno = -errno
    this.syscall = syscall
  }
}

/**
 * Makes a system call and returns its result. Throws `CallError`.
 * @param about the subject of the call, for the error.
 */
export function call(name: CallName, about: string, ...given: Argument[]): number {
  const result = native[name](...given)
  if (result === -1) throw new CallError(name, koffi.errno(), about)
  return result
}

/** Returns the address of a function of the C library. */
export function functionOf(name: string): bigint {
  return library.symbol(name)
}
