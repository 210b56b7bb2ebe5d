import { stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'smol-toml'
import { exits, HmError } from '../errors.ts'
import { replaceFile } from './replace-file.ts'
import type { SettingKey, SettingValue } from './settings.ts'
import { isTable, readTomlFile, valueAt } from './toml-file.ts'
import { pathOf, tomlLines } from './toml-lines.ts'

/** Writes one setting and returns the file. Only the owner may read the user's own file. */
export async function writeSetting(
  file: string,
  layer: 'user' | 'project',
  key: SettingKey,
  value: SettingValue,
): Promise<string> {
  const { text, document } = await readTomlFile(file)
  const path = key === 'backend' && isTable(valueAt(document, 'backend')) ? 'backend.type' : key
  try {
    const fresh = layer === 'user' ? 0o600 : 0o644
    const mode = text === '' ? fresh : (await stat(file)).mode & 0o777
    await replaceFile(file, withSetting(text, path, value), { file: mode, directory: layer === 'user' ? 0o700 : 0o755 })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new HmError(exits.usage, 'config_unwritable', `could not write ${path} to ${file}: ${why}`, {
      fix: `edit ${file}`,
      cause: error,
    })
  }
  return file
}

// Libraries that keep comments (toml-patch and its fork) also align and re-quote other lines.

const scalar = /("(?:\\.|[^"\\])*"|'[^']*'|[^\s#,}\]"'[{]+)/.source

/**
 * Changes or adds one value on one line, and keeps all other lines byte for byte. Throws where that
 * is impossible: the result is parsed again and must differ in this value alone.
 */
export function withSetting(text: string, path: string, value: SettingValue): string {
  const wanted = parse(text)
  assign(wanted, path.split('.'), value)
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const changed = edit(text, path, JSON.stringify(value), eol)
  let read: unknown
  try {
    read = parse(changed)
  } catch {
    // The original text was valid TOML, so the edit is wrong. The error below reports it.
    read = undefined
  }
  if (!isDeepStrictEqual(read, wanted)) throw new Error(`hm cannot edit it in this form`)
  return changed
}

function edit(text: string, path: string, value: string, eol: string): string {
  const lines = text.split('\n')
  const known = tomlLines(text)
  const dot = path.lastIndexOf('.')
  const [table, key] = dot === -1 ? ['', path] : [path.slice(0, dot), path.slice(dot + 1)]
  const replaced = (index: number, change: (line: string) => string) =>
    lines.with(index, change(lines[index] ?? '')).join('\n')
  const inserted = (index: number, line: string) => lines.toSpliced(index, 0, line + eol.slice(0, -1)).join('\n')

  const own = known.find((line) => line.key !== undefined && pathOf(line) === path)
  if (own !== undefined)
    return replaced(own.index, (line) =>
      line.replace(new RegExp(`=(\\s*)${scalar}`), (_, space) => `=${space}${value}`),
    )

  const inline = known.find((line) => line.key !== undefined && pathOf(line) === table)
  if (inline !== undefined) return replaced(inline.index, (line) => inInlineTable(line, key, value))

  const header = known.find((line) => line.key === undefined && line.table === table)
  if (header !== undefined) return inserted(header.index + 1, `${key} = ${value}`)

  const dotted = known.find((line) => line.table === '' && table !== '' && line.key?.startsWith(`${table}.`) === true)
  if (dotted !== undefined) return inserted(dotted.index, `${path} = ${value}`)

  if (table === '') return inserted(afterTopComment(lines), `${key} = ${value}`)
  const before = text === '' ? '' : text.endsWith('\n') ? `${text}${eol}` : `${text}${eol}${eol}`
  return `${before}[${table}]${eol}${key} = ${value}${eol}`
}

function inInlineTable(line: string, key: string, value: string): string {
  const existing = new RegExp(`([{,]\\s*${key}\\s*=\\s*)${scalar}`)
  if (existing.test(line)) return line.replace(existing, (_, head) => head + value)
  return line.replace(/\{\s*/, (open) => `${open === '{' ? '{ ' : open}${key} = ${value}, `).replace(/,\s*\}/, ' }')
}

/** Returns the line after the file's leading comment if an empty line ends that comment. */
function afterTopComment(lines: readonly string[]): number {
  const end = lines.findIndex((line) => !line.startsWith('#'))
  return end > 0 && lines[end]?.trim() === '' && end < lines.length - 1 ? end + 1 : 0
}

type Table = Record<string, unknown>

function assign(document: Table, path: readonly string[], value: SettingValue): void {
  const [first = '', ...others] = path
  if (others.length === 0) {
    document[first] = value
    return
  }
  const inner = document[first]
  // The reader's tables have no prototype, so a new table must have none to compare equal.
  const table: Table = isTable(inner) ? inner : parse('')
  document[first] = table
  assign(table, others, value)
}
