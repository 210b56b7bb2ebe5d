/**
 * Selects every reference to a blob: of builds and packed logs. Blobs without one may be removed,
 * and are in no backup.
 */
export const blobReferences = `select source_blob as blob from build_records where source_blob is not null
  union all select blob from packed_logs where blob is not null`
