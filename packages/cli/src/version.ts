/**
 * The version of `packages/cli/package.json`. A test compares them; reading the file at each start
 * would cost time.
 */
export const version = '0.1.0'
