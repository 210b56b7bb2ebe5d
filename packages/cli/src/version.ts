/**
 * The version in `packages/cli/package.json`. A test compares both; reading the file at each start
 * would cost time.
 */
export const version = '0.1.0'
