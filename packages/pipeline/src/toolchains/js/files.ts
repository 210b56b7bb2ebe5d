import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { wrongUse } from '../../wrong-use.ts'

/** Files of a JavaScript project that determine its tools. */
export interface JsFiles {
  /** The names of the entries in the project's directory. */
  readonly names: ReadonlySet<string>
  /** Undefined if there is none. */
  readonly packageJson: PackageJson | undefined
}

interface PackageJson {
  readonly engines: readonly string[]
  readonly packageManager: string | undefined
  readonly scripts: readonly string[]
}

/**
 * Reads the directory, relative to the working directory of the render. A missing directory counts
 * as empty.
 */
export function readJsFiles(where: string, path: string): JsFiles {
  const names = new Set(namesIn(resolve(path)))
  if (!names.has('package.json')) return { names, packageJson: undefined }
  const manifest = readJson(where, join(path, 'package.json'), (text) => text)
  return {
    names,
    packageJson: {
      engines: Object.keys(objectOf(manifest.engines)),
      packageManager: typeof manifest.packageManager === 'string' ? manifest.packageManager : undefined,
      scripts: Object.keys(objectOf(manifest.scripts)),
    },
  }
}

/** Returns the tasks of deno.json or deno.jsonc. */
export function denoTasks(where: string, path: string, { names }: JsFiles): readonly string[] {
  const name = ['deno.json', 'deno.jsonc'].find((file) => names.has(file))
  if (name === undefined) return []
  return Object.keys(objectOf(readJson(where, join(path, name), withoutComments).tasks))
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}

function readJson(where: string, file: string, prepare: (text: string) => string): Readonly<Record<string, unknown>> {
  const value = parse(where, file, prepare(readFileSync(resolve(file), 'utf8')))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw wrongUse(where, `a JSON object in ${file}`, value, 'Fix the file.')
}

function parse(where: string, file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const error = wrongUse(where, `JSON in ${file}`, cause instanceof Error ? cause.message : cause, 'Fix the file.')
    throw Object.assign(error, { cause })
  }
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

// Strings are matched first, so that apparent comments and trailing commas in strings are kept.
function withoutComments(text: string): string {
  return text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1')
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, '$1')
}
