import { readFile } from 'node:fs/promises'
import { parse, TomlError } from 'smol-toml'
import { exits, HmError } from '../errors.ts'

export interface TomlFile {
  readonly file: string
  /** The file's text; empty if the file does not exist. */
  readonly text: string
  readonly document: Readonly<Record<string, unknown>>
}

/** Returns the error for invalid content: exit 2, with file and line. */
export function fileError(file: string, line: number | undefined, what: string, cause?: unknown): HmError {
  const place = line === undefined ? file : `${file}:${line}`
  return new HmError(exits.usage, 'config_invalid', `${place}: ${what}`, { fix: `edit ${file}`, cause })
}

/**
 * Parses the file; returns an empty document if it does not exist. Rejects with exit 2 for an
 * unreadable file or invalid TOML.
 */
export async function readTomlFile(file: string): Promise<TomlFile> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (error) {
    if (isMissing(error)) return { file, text: '', document: {} }
    throw fileError(file, undefined, `cannot be read: ${error instanceof Error ? error.message : String(error)}`, error)
  }
  try {
    return { file, text, document: parse(text) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const what = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
    throw fileError(file, error.line, `invalid TOML: ${what}`, error)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** Returns the value at `a.b`; undefined where there is none. */
export function valueAt(document: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = document
  for (const part of path.split('.')) {
    if (!isTable(value) || !Object.hasOwn(value, part)) return undefined
    value = value[part]
  }
  return value
}

export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
