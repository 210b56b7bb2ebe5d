import { isOwn } from '@harmont/logs'

/** Endings of the languages in which a class, or a module, names its file. */
const endings = ['.py', '.java', '.kt', '.scala', '.groovy']
const deepest = 50

/** The source files of a repository, by the names that tools print. */
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
   * Returns the file that a tool calls so; undefined for none, or when it may be one of several. A
   * tool that runs below the repository's root prints paths from there, and some print only a name.
   * `near`, the directories of a package, then tells which file of that name it is.
   */
  find(printed: string, near = ''): string | undefined {
    const key = `${printed}\0${near}`
    if (!this.#known.has(key)) this.#known.set(key, this.#search(printed, near))
    return this.#known.get(key)
  }

  /**
   * Returns the file whose module or class has this name: `tests.test_a.TestB`, `com.x.FooTest`. Some
   * tools name the file itself.
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

/** Returns the one file with the highest number above 0; undefined when two have it. */
function best(files: readonly string[], number: (file: string) => number): string | undefined {
  const most = Math.max(0, ...files.slice(0, 10_000).map(number))
  const first = files.filter((file) => number(file) === most)
  return most > 0 && first.length === 1 ? first[0] : undefined
}

/**
 * Returns how well a file's directories end as those of a package do: 0 for not at all. The fewer
 * others it has, the better.
 */
function nearness(directories: readonly string[], near: readonly string[]): number {
  const own = directories.filter((name) => name !== '')
  let shared = 0
  while (shared < own.length && own.at(-1 - shared) === near.at(-1 - shared)) shared += 1
  return shared === 0 ? 0 : shared + 1 / (1 + own.length - shared)
}
