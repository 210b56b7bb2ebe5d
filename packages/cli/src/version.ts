/**
 * Of `packages/cli/package.json`; a test holds the two together, because reading that file at each
 * start costs time.
 */
export const version = '0.1.0'
