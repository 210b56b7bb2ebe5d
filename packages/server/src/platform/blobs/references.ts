/** The columns that refer to blobs: of builds, packed logs and parts of artifacts. */
const columns = [
  { table: 'build_records', column: 'source_blob' },
  { table: 'packed_logs', column: 'blob' },
  { table: 'artifact_parts', column: 'blob' },
] as const

/**
 * Selects every reference to a blob. Blobs without one may be removed, and are in no backup.
 * `isThere` leaves out tables that the database of an earlier release lacks.
 */
export function blobReferences(isThere: (table: string) => boolean = () => true): string {
  return columns
    .filter(({ table }) => isThere(table))
    .map(({ table, column }) => `select ${column} as blob from ${table} where ${column} is not null`)
    .join(' union all ')
}
