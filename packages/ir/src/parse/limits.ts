/** Limits that more than one reader knows (`ir.md` 1.6). */
export const MAX_TIMEOUT_SECONDS = 604_800
/** Characters of an image's name. */
export const MAX_IMAGE = 512
