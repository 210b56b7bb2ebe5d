import { readFileSync } from 'node:fs'

/** The engine's own tables, as numbered migrations; whoever owns the database runs them in order. */
export const engineMigrations: readonly { readonly name: string; readonly sql: string }[] = [
  '0001-builds.sql',
  '0002-held-builds-and-positions.sql',
].map((file) => ({
  name: `engine/${file}`,
  sql: readFileSync(new URL(`./migrations/${file}`, import.meta.url), 'utf8'),
}))
