import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { SandboxError } from '../sandbox-driver.ts'
import { isAbsent } from '../system/files.ts'

/** Part of the digest. Increase it if a change results in a different base on the same machine. */
const GENERATOR = 2

/** Databases of installed packages, of which the first existing one is used. */
const PACKAGE_DATABASES = [
  '/var/lib/dpkg/status',
  '/usr/lib/sysimage/rpm/rpmdb.sqlite',
  '/var/lib/rpm/rpmdb.sqlite',
  '/lib/apk/db/installed',
]

/** Returns the digest of the base that `buildHostBase` would make now. */
export async function hostDigest({ allow }: { readonly allow: readonly string[] }): Promise<string> {
  const hash = createHash('sha256')
  hash.update(JSON.stringify({ generator: GENERATOR, allow: [...allow].sort() }))
  const files = [PACKAGE_DATABASES, ['/etc/os-release', '/usr/lib/os-release']]
  for (const digest of await Promise.all(files.map(digestOfFirst))) hash.update(digest)
  return `sha256:${hash.digest('hex')}`
}

interface Known {
  readonly stamp: string
  readonly digest: Buffer
}

/**
 * Digests by file. Every step on the `host` base needs the digest of the package database, which
 * has megabytes: it is read again only if the file changed.
 */
const known = new Map<string, Known>()

/** Returns the SHA-256 of the first file that exists. Throws `image_unavailable` if none exists. */
export async function digestOfFirst(files: readonly string[]): Promise<Buffer> {
  for (const file of files) {
    try {
      const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true })
      const stamp = `${dev} ${ino} ${size} ${mtimeNs}`
      const before = known.get(file)
      if (before?.stamp === stamp) return before.digest
      const digest = createHash('sha256')
        .update(await readFile(file))
        .digest()
      known.set(file, { stamp, digest })
      return digest
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  }
  throw new SandboxError(
    'image_unavailable',
    `the base "host" needs to know what is installed here, but none of ${files.join(', ')} exists; name an image instead`,
  )
}
