/** Ids inside a sandbox are ids outside minus this; 65,536 of them are mapped. */
export const firstId = 100_000
export const idCount = 65_536
