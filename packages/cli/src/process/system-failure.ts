import { exits, HmError } from '../errors.ts'

const full = new Set(['ENOSPC', 'EDQUOT'])
const unwritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'])

/**
 * Returns the error for a full disk, or for an unwritable directory of `hm`, with the system's own
 * code; undefined for any other error.
 */
export function systemFailure(error: unknown, cacheDirectory: string): HmError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '', syscall, path = '' }: NodeJS.ErrnoException = error
  if (full.has(code)) return failure(code, `the disk is full: ${error.message}`, 'hm cache clean makes room', error)
  // mkdir below a read-only directory may fail with ENOENT.
  const isUnwritable = unwritable.has(code) || (code === 'ENOENT' && syscall === 'mkdir')
  // mkdir may fail at a parent directory, such as a missing home.
  const isCache = isIn(path, cacheDirectory) || (syscall === 'mkdir' && isIn(cacheDirectory, path))
  if (!isUnwritable || !isCache) return undefined
  const message = `hm cannot write to its cache directory ${cacheDirectory}: ${error.message}`
  return failure(code, message, 'make it writable, or name another in HM_CACHE_DIR', error)
}

function isIn(path: string, directory: string): boolean {
  return `${path}/`.startsWith(`${directory}/`)
}

function failure(code: string, message: string, fix: string, cause: Error): HmError {
  return new HmError(exits.unavailable, code.toLowerCase(), message, { fix, cause })
}
