import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { isProjectFile } from './files.ts'

/** Context for the place of an error. */
interface Place {
  readonly project: string
  /** File relative to the project, used as the place if the stack names no project file. */
  readonly file: string
  /** The loaded project files, which are searched for a syntax error without a place. */
  readonly loaded: readonly string[]
}

/**
 * Formats an error for a pipeline's author: `.hm/ci.ts:12: message`, then the project's other
 * frames.
 */
export function explain(
  error: unknown,
  { project, file, loaded }: Place,
): { readonly message: string; readonly line: number | null } {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const said = error instanceof Error ? messageOf(error) : `threw ${inspect(error)}`
  const [place, ...others] = projectPlaces(stack, project)
  const found = place ?? (error instanceof SyntaxError ? syntaxPlace(loaded, project) : undefined)
  const line = /:(\d+)$/.exec(found ?? '')?.[1]
  return {
    message: [`${found ?? file}: ${said}`, ...others.slice(0, 10).map((other) => `    from ${other}`)].join('\n'),
    line: line === undefined ? null : Number(line),
  }
}

function messageOf(error: Error): string {
  const reason =
    error.cause === undefined
      ? ''
      : `\n    because: ${error.cause instanceof Error ? error.cause.message : inspect(error.cause)}`
  return (error.name === 'Error' ? error.message : `${error.name}: ${error.message}`) + reason
}

/** Returns the project's line of a call, `.hm/ci.ts:12`; null for a call outside the project. */
export function placeOfCall(call: unknown, project: string): string | null {
  return call instanceof Error ? (projectPlaces(call.stack ?? '', project)[0] ?? null) : null
}

// The stack of a syntax error begins with its place; other stacks have a frame for each call.
function projectPlaces(stack: string, project: string): string[] {
  const places: string[] = []
  for (const line of stack.split('\n')) {
    const match =
      /^(file:\/\/\S+):(\d+)$/.exec(line) ?? /^\s+at (?:.* \()?((?:file:\/\/)?\/.+?):(\d+):\d+\)?$/.exec(line)
    if (match?.[1] === undefined) continue
    // A frame mapped by a source map has a path; other frames have a URL.
    const file = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1]
    const place = `${relative(project, file)}:${match[2]}`
    if (isProjectFile(project, file) && !places.includes(place)) places.push(place)
  }
  return places
}

// V8 does not expose the place of a JavaScript syntax error. TypeScript's parser reads the same
// files and reports the place.
function syntaxPlace(loaded: readonly string[], project: string): string | undefined {
  for (const file of loaded) {
    try {
      stripTypeScriptTypes(readFileSync(file, 'utf8'), { mode: 'transform', sourceUrl: pathToFileURL(file).href })
    } catch (error) {
      return projectPlaces(error instanceof Error ? (error.stack ?? '') : '', project)[0]
    }
  }
  return undefined
}
