/**
 * Ids on disk are ids inside a sandbox plus this, for 65,536 ids. Running processes have other ids
 * (see root-ids.ts), except for an ordinary user.
 */
export const firstId = 100_000
export const idCount = 65_536
