/** Everything that refers to a blob: builds and packed logs. What no row of it names may be removed, and is in no backup. */
export const blobReferences = `select source_blob as blob from build_records where source_blob is not null
  union all select blob from packed_logs where blob is not null`
