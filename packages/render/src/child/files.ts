import { statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ourDirectories } from './sdk-places.ts'

const extensions = ['.ts', '.mts', '.js', '.mjs']

/** Whether a file belongs to the project itself, rather than to an installed package or the SDK. */
export function isProjectFile(project: string, file: string): boolean {
  if (!isBelow(project, file) || relative(project, file).split('/').includes('node_modules')) return false
  return !ourDirectories.some((directory) => isBelow(directory, file))
}

/** Whether a file belongs to the SDK or to this program. */
export function isOurs(file: string): boolean {
  return ourDirectories.some((directory) => isBelow(directory, file))
}

/**
 * Returns the URL of an imported file: `./x` and `./x.js` resolve to `./x.ts` if only that exists.
 * Returns undefined if the import needs no change.
 */
export function withExtension(path: string, from: string): string | undefined {
  const wanted = resolve(from, path)
  if (isFile(wanted)) return undefined
  const stem = wanted.replace(/\.(m?)js$/, '')
  const candidates = [...extensions.map((each) => stem + each), ...extensions.map((each) => `${wanted}/index${each}`)]
  const found = candidates.find(isFile)
  return found === undefined ? undefined : pathToFileURL(found).href
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function isBelow(directory: string, file: string): boolean {
  const path = relative(directory, file)
  return path !== '' && path !== '..' && !path.startsWith('../')
}
