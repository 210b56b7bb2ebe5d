import { readFileSync } from 'node:fs'
import { isBuiltin, type LoadHookSync, type ResolveHookSync, registerHooks } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isOurs, isProjectFile, withExtension } from './files.ts'
import { ours } from './sdk-places.ts'
import { typesRemover } from './without-types.ts'
import { fileOf, splitSpecifier, workspaceOf } from './workspace.ts'

/**
 * Registers import hooks for a project's pipeline files (`render.md` 1), without writing into the
 * project. `@harmont/hm` is the project's own copy, else this one. Relative imports find `.ts`
 * files. Packages of the project's workspace are found without installation. Files are ES modules.
 * Syntax that stripping cannot remove is transformed. `cache`: see `typesRemover`. Returns the list
 * of loaded project files, which grows during loading.
 */
export function registerImports(project: string, cache: string | undefined): readonly string[] {
  const loaded: string[] = []
  process.setSourceMapsEnabled(true)
  registerHooks({ resolve: resolveFor(project), load: loadFor(project, typesRemover(cache), loaded) })
  return loaded
}

function resolveFor(project: string): ResolveHookSync {
  const workspace = workspaceOf(project)
  return (specifier, context, next) => {
    const parent = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : undefined
    const own = ours[specifier]
    if (parent !== undefined && own !== undefined && isOurs(parent)) return { url: own, shortCircuit: true }
    if (parent === undefined || !isProjectFile(project, parent) || isBuiltin(specifier)) return next(specifier, context)
    if (/^(\.|\/|file:)/.test(specifier)) return relativeImport(specifier, parent, (wanted) => next(wanted, context))
    if (own !== undefined) {
      try {
        return next(specifier, context)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
        return { url: own, shortCircuit: true }
      }
    }
    const { name, rest } = splitSpecifier(specifier)
    const found = workspace(name)
    if (found === undefined) throw foreign(relative(project, parent), specifier)
    if (found.manifest.exports === undefined) return next(fileOf(found, rest), context)
    // Resolves the package by its own `exports`, like an import within the package.
    return next(specifier, { ...context, parentURL: pathToFileURL(join(found.directory, 'package.json')).href })
  }

  function relativeImport(specifier: string, parent: string, next: (wanted: string) => ReturnType<ResolveHookSync>) {
    const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : specifier
    const result = next(withExtension(path, dirname(parent)) ?? specifier)
    // A server has no files outside the project and no installed packages.
    if (result.url.startsWith('file:') && !isProjectFile(project, fileURLToPath(result.url)))
      throw foreign(relative(project, parent), specifier)
    return result
  }
}

function foreign(file: string, specifier: string): Error {
  return new Error(
    `${file} imports ${JSON.stringify(specifier)}: expected "@harmont/hm", a relative file, a package of this workspace or a module of Node.js. A pipeline must render on the server too, where no other package is installed.`,
  )
}

function loadFor(project: string, withoutTypes: ReturnType<typeof typesRemover>, loaded: string[]): LoadHookSync {
  return (url, context, next) => {
    const file = url.startsWith('file:') ? fileURLToPath(url) : ''
    if (!isProjectFile(project, file)) return next(url, context)
    const kind = /\.m?(t|j)s$/.exec(file)?.[1]
    if (kind === undefined) return next(url, context)
    loaded.push(file)
    if (kind === 'j') return next(url, { ...context, format: 'module' })
    return { format: 'module', source: withoutTypes(readFileSync(file, 'utf8'), url), shortCircuit: true }
  }
}
