/**
 * Makes databases on the PostgreSQL of this run. Tests that kill, upgrade or restore PostgreSQL
 * start their own.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

/** Address of the PostgreSQL of a run. */
export interface Cluster {
  /** The directory of its socket. */
  readonly host: string
  readonly user: string
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: Cluster
  }
}

/** Template of new databases, made once per run by the first caller. */
export interface Template {
  /** Consists of lower-case letters and `_`. */
  readonly name: string
  fill(connection: pg.ClientConfig): Promise<void>
}

export interface Database {
  readonly connection: pg.ClientConfig
  /** As `HARMONT_DATABASE_URL` takes it. */
  readonly url: string
  /** Removes it and closes all connections to it. */
  drop(): Promise<void>
}

/** PostgreSQL's `object_in_use`. */
const inUse = '55006'

/** Makes a database: an empty one, or a copy of the template. */
export async function createDatabase(template?: Template): Promise<Database> {
  const name = `t${randomUUID().replaceAll('-', '')}`
  await asAdministrator(async (client) => {
    if (template !== undefined) await makeTemplate(client, template)
    // Copied as files, which takes half the time of writing it to the log.
    await client.query(`create database ${name}${template ? ` template ${template.name}` : ''} strategy file_copy`)
  })
  return {
    connection: connectionTo(name),
    url: urlOf(connectionTo(name)),
    async drop() {
      await asAdministrator(async (client) => {
        try {
          // Waits for closing connections: cutting one causes an error that nobody listens for.
          await client.query(`drop database ${name}`)
        } catch (error) {
          if (!(error instanceof pg.DatabaseError && error.code === inUse)) throw error
          await client.query(`drop database ${name} with (force)`)
        }
      })
    },
  }
}

/** Returns the address of a database of this run, as `HARMONT_DATABASE_URL` takes it. */
function urlOf({ user, database, host }: pg.ClientConfig): string {
  return `postgres://${user}@${encodeURIComponent(String(host))}/${database}`
}

function connectionTo(database: string): pg.ClientConfig {
  return { ...inject('postgres'), database }
}

/** The worker's own connection for this, which every file uses: a new one takes PostgreSQL 3 ms. */
let administrator: pg.Client | undefined
let last: Promise<unknown> = Promise.resolve()

/** Runs work alone on the connection: a session gets a lock that it holds a second time. */
function asAdministrator<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const ours = last.then(async () => work(await connected()))
  last = ours.catch(() => {}) // whoever asked for it hears of it
  return ours
}

async function connected(): Promise<pg.Client> {
  if (administrator !== undefined) return administrator
  const client = new pg.Client(connectionTo('postgres'))
  const forget = () => {
    if (administrator === client) administrator = undefined
  }
  // PostgreSQL ends when no file needs it any more. Work in progress fails by itself.
  client.on('error', forget)
  client.on('end', forget)
  await client.connect()
  administrator = client
  return client
}

/** Several workers may need it at once. The lock ends at the latest with the connection. */
async function makeTemplate(client: pg.Client, { name, fill }: Template): Promise<void> {
  const isThere = async () =>
    (await client.query('select 1 from pg_database where datname = $1', [name])).rowCount === 1
  if (await isThere()) return
  await client.query('select pg_advisory_lock(hashtext($1))', [name])
  try {
    if (await isThere()) return
    // Renamed when complete, so that a dying worker leaves no half template.
    await client.query(`drop database if exists ${name}_unfinished`)
    await client.query(`create database ${name}_unfinished`)
    await fill(connectionTo(`${name}_unfinished`))
    await client.query(`alter database ${name}_unfinished rename to ${name}`)
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1))', [name])
  }
}
