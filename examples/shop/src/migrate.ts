/** Applies the files of `migrations/` that this database lacks, each in a transaction. */
import { readdir, readFile } from 'node:fs/promises'
import { database } from './connect.ts'

const folder = new URL('../migrations/', import.meta.url)
const client = await database.connect()
await client.query('create table if not exists applied_migrations (name text primary key)')
const applied = await client.query<{ name: string }>('select name from applied_migrations')
const known = new Set(applied.rows.map(({ name }) => name))
for (const name of (await readdir(folder)).sort()) {
  if (known.has(name)) continue
  await client.query('begin')
  await client.query(await readFile(new URL(name, folder), 'utf8'))
  await client.query('insert into applied_migrations values ($1)', [name])
  await client.query('commit')
  console.log(`applied ${name}`)
}
client.release()
await database.end()
