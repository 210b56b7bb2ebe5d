import { isOwn } from '@harmont/logs'

/** Extensions of languages in which the name of a class or module determines its file. */
const endings = ['.py', '.java', '.kt', '.scala', '.groovy']
const deepest = 50

/** Finds the source files of a repository by the names that tools print. */
export class SourceFiles {
  readonly #paths: ReadonlySet<string>
  readonly #byName = new Map<string, string[]>()
  readonly #known = new Map<string, string | undefined>()

  constructor(paths: readonly string[]) {
    this.#paths = new Set(paths)
    for (const path of paths) {
      const name = path.slice(path.lastIndexOf('/') + 1)
      const others = this.#byName.get(name)
      if (others === undefined) this.#byName.set(name, [path])
      else others.push(path)
    }
  }

  /**
   * Returns the file with the name that a tool printed; undefined if there is none or the name is
   * ambiguous. A tool that runs below the repository's root prints paths relative to its directory,
   * and some tools print only a name. `near`, the directories of a package, then selects among the
   * files of that name.
   */
  find(printed: string, near = ''): string | undefined {
    const key = `${printed}\0${near}`
    if (!this.#known.has(key)) this.#known.set(key, this.#search(printed, near))
    return this.#known.get(key)
  }

  /**
   * Returns the file of the module or class with this name, such as `tests.test_a.TestB` or
   * `com.x.FooTest`. Accepts a file name as well, as some tools print it.
   */
  ofClass(name: string): string | undefined {
    const own = this.find(name)
    if (own !== undefined) return own
    const parts = name.split('.').slice(0, deepest)
    if (!parts.every((part) => /^[\w$]+$/.test(part))) return undefined
    for (let count = parts.length; count > 0; count -= 1) {
      const path = parts.slice(0, count).join('/').replace(/\$.*$/, '')
      for (const ending of endings) {
        const file = this.find(path + ending)
        if (file !== undefined) return file
      }
    }
    return undefined
  }

  #search(printed: string, near: string): string | undefined {
    if (!isOwn(printed)) return undefined
    const path = printed
      .replaceAll('\\', '/')
      .replace(/^file:\/\//, '')
      .replace(/^\/workspace\//, '')
      .replace(/^(?:\.{1,2}\/)+/, '')
    if (path.startsWith('/')) return undefined
    const files = this.#byName.get(path.slice(path.lastIndexOf('/') + 1)) ?? []
    const found = files.filter((file) => file === path || file.endsWith(`/${path}`))
    if (near !== '') {
      const nearest = best(found, (file) => nearness(file.slice(0, -path.length).split('/'), near.split('/')))
      if (nearest !== undefined) return nearest
    }
    if (this.#paths.has(path)) return path
    return found.length === 1 ? found[0] : undefined
  }
}

/** Returns the one file with the highest number above 0; undefined when several have it. */
function best(files: readonly string[], number: (file: string) => number): string | undefined {
  const most = Math.max(0, ...files.slice(0, 10_000).map(number))
  const first = files.filter((file) => number(file) === most)
  return most > 0 && first.length === 1 ? first[0] : undefined
}

/**
 * Returns how closely the end of a file's directories matches that of a package's directories; 0
 * for no match. Fewer additional directories give a better match.
 */
function nearness(directories: readonly string[], near: readonly string[]): number {
  const own = directories.filter((name) => name !== '')
  let shared = 0
  while (shared < own.length && own.at(-1 - shared) === near.at(-1 - shared)) shared += 1
  return shared === 0 ? 0 : shared + 1 / (1 + own.length - shared)
}
