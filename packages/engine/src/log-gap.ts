/**
 * The appended chunks do not follow the stored ones: a failover of the database has lost chunks
 * that were stored before.
 */
export class LogGap extends Error {
  override readonly name = 'LogGap'
}
