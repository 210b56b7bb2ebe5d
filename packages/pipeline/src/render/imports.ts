import { readFileSync, statSync } from 'node:fs'
import { isBuiltin, type LoadHookSync, type ResolveHookSync, registerHooks, stripTypeScriptTypes } from 'node:module'
import { relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SDK_ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SDK_ENTRY = new URL('../index.ts', import.meta.url).href
const IR_ENTRY = new URL('../../../ir/src/index.ts', import.meta.url).href
const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs']

/**
 * Makes imports work for pipeline files of a project (`sdk-cli.md` 3.4) without writing anything into it: `@harmont/hm` is the project's own copy,
 * else this one; relative imports find `.ts` files; files are ES modules; syntax that stripping cannot remove is transformed. Gives the list of
 * project files as they are loaded.
 */
export function registerImports(project: string): readonly string[] {
  const loaded: string[] = []
  process.setSourceMapsEnabled(true)
  registerHooks({ resolve: resolveFor(project), load: loadFor(project, loaded) })
  return loaded
}

/** Whether a file belongs to the project itself, not to a package installed in it nor to the SDK. */
export function isProjectFile(project: string, file: string): boolean {
  return isBelow(project, file) && !file.split('/').includes('node_modules') && !isBelow(SDK_ROOT, file)
}

function resolveFor(project: string): ResolveHookSync {
  return (specifier, context, next) => {
    const parent = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : undefined
    if (parent !== undefined && specifier === '@harmont/ir' && isBelow(SDK_ROOT, parent)) {
      return { url: IR_ENTRY, format: 'module-typescript', shortCircuit: true }
    }
    if (parent === undefined || !isProjectFile(project, parent) || isBuiltin(specifier)) return next(specifier, context)
    if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('file:')) {
      return next(withExtension(specifier, parent) ?? specifier, context)
    }
    if (specifier === '@harmont/hm') {
      try {
        return next(specifier, context)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
        return { url: SDK_ENTRY, format: 'module-typescript', shortCircuit: true }
      }
    }
    const file = relative(project, parent)
    throw new Error(
      `${file} imports ${JSON.stringify(specifier)}: expected "@harmont/hm", a relative file or a module of Node.js. A pipeline must render on the server too, where no other package is installed.`,
    )
  }
}

// `./x` and `./x.js` mean `./x.ts` where only that exists.
function withExtension(specifier: string, parent: string): string | undefined {
  const wanted = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(parent, '..', specifier)
  if (isFile(wanted)) return undefined
  const stem = wanted.replace(/\.(m?)js$/, '')
  const found = [
    ...EXTENSIONS.map((extension) => stem + extension),
    ...EXTENSIONS.map((extension) => `${wanted}/index${extension}`),
  ].find(isFile)
  return found === undefined ? undefined : pathToFileURL(found).href
}

function loadFor(project: string, loaded: string[]): LoadHookSync {
  return (url, context, next) => {
    const file = url.startsWith('file:') ? fileURLToPath(url) : ''
    if (!isProjectFile(project, file)) return next(url, context)
    const kind = /\.(m?)(t|j)s$/.exec(file)?.[2]
    if (kind === undefined) return next(url, context)
    loaded.push(file)
    if (kind === 'j') return next(url, { ...context, format: 'module' })
    return { format: 'module', source: withoutTypes(readFileSync(file, 'utf8'), url), shortCircuit: true }
  }
}

function withoutTypes(source: string, sourceUrl: string): string {
  try {
    return stripTypeScriptTypes(source, { mode: 'strip' })
  } catch (error) {
    const isUnstrippable =
      error instanceof Error && 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
    if (isUnstrippable) return stripTypeScriptTypes(source, { mode: 'transform', sourceMap: true, sourceUrl })
    // Once more with its address, which the error then shows. In a good file it would only lengthen the last line.
    return stripTypeScriptTypes(source, { mode: 'strip', sourceUrl })
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function isBelow(directory: string, file: string): boolean {
  const path = relative(directory, file)
  return path !== '' && path !== '..' && !path.startsWith('../')
}
