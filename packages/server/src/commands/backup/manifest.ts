/** The manifest of a backup, its first entry. */
import { SettingsError } from '../../platform/settings/read-settings.ts'
import type { SequenceState, TableColumns } from './catalog-store.ts'

export const manifestName = 'harmont-backup.json'

const format = 1

export interface Manifest {
  readonly format: number
  /** The release that wrote the backup. */
  readonly release: string
  readonly madeAt: string
  /** The migrations of the database. A restore applies the same ones before it fills the tables. */
  readonly migrations: readonly string[]
  readonly tables: readonly TableColumns[]
  readonly sequences: readonly SequenceState[]
}

/** Serialises the manifest. */
export function writeManifest(manifest: Omit<Manifest, 'format'>): Buffer {
  return Buffer.from(JSON.stringify({ format, ...manifest }, null, 1))
}

/**
 * Parses a manifest, for a program with these migrations. Throws a SettingsError for an invalid
 * manifest, and for one of a newer release.
 */
export function readManifest(
  bytes: Buffer,
  known: { readonly release: string; readonly migrations: readonly string[] },
): Manifest {
  const manifest = parse(bytes)
  const unknown = manifest.migrations.filter((name) => !known.migrations.includes(name))
  if (manifest.format > format || unknown.length > 0)
    throw new SettingsError(
      `restore: expected a backup of this release (${known.release}) or an earlier one; this one is of release ${manifest.release}, whose database has more${unknown.length > 0 ? ` (${unknown.join(', ')})` : ''}. Install that release, or a newer one, and restore with it.`,
    )
  return manifest
}

function parse(bytes: Buffer): Manifest {
  let found: unknown
  try {
    found = JSON.parse(bytes.toString())
  } catch (cause) {
    throw new SettingsError(
      `restore: expected a backup of Harmont; its \`${manifestName}\` is not valid JSON (${cause}).`,
    )
  }
  if (!isManifest(found))
    throw new SettingsError(`restore: expected a backup of Harmont; its \`${manifestName}\` does not describe one.`)
  return found
}

function isManifest(found: unknown): found is Manifest {
  const it = found as Partial<Manifest> | null
  return (
    typeof it === 'object' &&
    it !== null &&
    Number.isSafeInteger(it.format) &&
    typeof it.release === 'string' &&
    typeof it.madeAt === 'string' &&
    isListOf(it.migrations, (name) => typeof name === 'string') &&
    isListOf(it.tables, isTable) &&
    isListOf(it.sequences, isSequence)
  )
}

function isTable(found: unknown): boolean {
  const { schema, name, columns } = (found ?? {}) as Partial<TableColumns>
  return (
    typeof schema === 'string' &&
    typeof name === 'string' &&
    isListOf(columns, (column) => typeof column === 'string' && column !== '')
  )
}

function isSequence(found: unknown): boolean {
  const { schema, name, last } = (found ?? {}) as Partial<SequenceState>
  return typeof schema === 'string' && typeof name === 'string' && typeof last === 'string' && /^-?\d{1,19}$/.test(last)
}

function isListOf(found: unknown, isOne: (each: unknown) => boolean): boolean {
  return Array.isArray(found) && found.every(isOne)
}
