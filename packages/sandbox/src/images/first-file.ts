import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { SandboxError } from '../sandbox-driver.ts'
import { isMissing } from '../system/missing.ts'

interface Known {
  readonly stamp: string
  readonly digest: Buffer
}

/** The package database has megabytes, and every step on the `host` base asks for it: it is read again only when it is another file. */
const known = new Map<string, Known>()

/** SHA-256 of the first of these files that exists. Fails with `image_unavailable` when none does. */
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
      if (!isMissing(error)) throw error
    }
  }
  throw new SandboxError(
    'image_unavailable',
    `the base "host" needs to know what is installed here, but none of ${files.join(', ')} exists; name an image instead`,
  )
}
