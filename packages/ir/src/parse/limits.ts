/** Limits that several readers share (`ir.md` 1.6). */
export const MAX_TIMEOUT_SECONDS = 604_800
/** Longest name of an image, in characters. */
export const MAX_IMAGE = 512
