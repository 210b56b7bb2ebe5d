import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The order of the pages in lists. Other pages follow by name. */
export const readingOrder = [
  'getting-started',
  'pipelines',
  'toolchains',
  'hm-run',
  'mcp',
  'shells',
  'github-app',
  'operating',
  'runners',
]

/** The files of `docs/`, by name. */
export interface DocsFiles {
  /** Markdown, by name without `.md`: `pipelines`, `errors/not_ready`. */
  readonly pages: ReadonlyMap<string, string>
  /** Images and JSON Schemas, by full name. */
  readonly others: ReadonlyMap<string, Buffer>
}

/** Reads a folder of documentation. Returns an empty one for an absent folder. */
export async function readDocs(directory: string): Promise<DocsFiles> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(absent)
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length))
    .sort()
  const read = async (name: string): Promise<[string, Buffer]> => [name, await readFile(join(directory, name))]
  const files = await Promise.all(names.filter((name) => /\.(md|svg|png|webp|json)$/.test(name)).map(read))
  const pages = files.filter(([name]) => name.endsWith('.md'))
  return {
    pages: new Map(pages.map(([name, bytes]) => [name.slice(0, -'.md'.length), bytes.toString()])),
    others: new Map(files.filter(([name]) => !name.endsWith('.md'))),
  }
}

function absent(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return []
  throw error
}
