/** On the disk ids are those inside a sandbox plus this; 65,536 of them are mapped. Running processes have others, see root-ids.ts, but for an ordinary user's. */
export const firstId = 100_000
export const idCount = 65_536
