import { readFileSync } from 'node:fs'

/** The engine's own tables, as numbered migrations. The database's owner runs them in order. */
export const engineMigrations: readonly { readonly name: string; readonly sql: string }[] = [
  '0001-builds.sql',
  '0002-held-builds-and-positions.sql',
  '0003-assigned-at.sql',
  '0004-cache-look-ups.sql',
  '0005-limits-and-groups.sql',
  '0006-groups-of-builds.sql',
  '0007-damaged-entries.sql',
  '0008-standing-builds.sql',
  '0009-groups-at-limits.sql',
  '0010-idle-builds.sql',
  '0011-substituted-images.sql',
  '0012-clocks.sql',
  '0013-queued-again.sql',
  '0014-annotations.sql',
  '0015-artifacts.sql',
  '0016-services.sql',
  '0017-test-results.sql',
  '0018-listed-artifacts.sql',
  '0019-inputs.sql',
  '0020-logs-of-services.sql',
  '0021-probes.sql',
  '0022-splits.sql',
  '0024-quarantines.sql',
  '0025-runners.sql',
  '0026-proof-runs.sql',
  '0027-file-times.sql',
].map((file) => ({
  name: `engine/${file}`,
  sql: readFileSync(new URL(`./migrations/${file}`, import.meta.url), 'utf8'),
}))
