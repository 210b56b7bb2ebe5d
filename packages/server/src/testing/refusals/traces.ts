/**
 * Compares all data that the server stores, to show that a refused request leaves nothing behind.
 */
import { readdir } from 'node:fs/promises'
import { expect } from 'vitest'
import { crontab } from '../../main/tasks.ts'
import type { TestServer } from '../server.ts'

/** Tables that a refusal may change, which record attempts. `renewals` changes every second. */
const mayChange = ['audit_events', 'rate_limits', 'cli_unknown_nonces', 'renewals']

/** A hash of each table's rows, including queued and finished tasks, and the number of archives. */
export type Trace = Readonly<Record<string, string>>

/** Makes the server's database record every queued task. Must be called only once. */
export async function watchTasks({ server }: TestServer): Promise<void> {
  const byTheClock = crontab.split('\n').map((line) => line.split(' ').at(-1) ?? '')
  await server.pool.query(`
    create table noted_tasks (task text not null);
    create function note_task() returns trigger language plpgsql as $$
    begin
      insert into public.noted_tasks select identifier from graphile_worker._private_tasks
       where id = new.task_id and identifier not in (${byTheClock.map((task) => `'${task}'`).join()});
      return new;
    end $$;
    create trigger note_task after insert on graphile_worker._private_jobs for each row execute function note_task()`)
}

/** Returns the current trace. */
export async function traceOf({ server, blobDirectory }: TestServer): Promise<Trace> {
  const { rows: tables } = await server.pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('public', 'engine') and tablename <> all ($1) order by 1`,
    [mayChange],
  )
  const each = tables.map(
    ({
      name,
    }) => `select '${name}' as name, count(*) || ' rows ' || coalesce(md5(string_agg(hash, '' order by hash)), '') as rows
                     from (select md5((to_jsonb(t) - 'last_used_at')::text) as hash from ${name} t) hashed`,
  )
  const { rows } = await server.pool.query<{ name: string; rows: string }>(each.join(' union all '))
  const files = (await readdir(blobDirectory, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
  return Object.fromEntries([...rows.map((row) => [row.name, row.rows]), ['archives', String(files.length)]])
}

/** Runs `refused`, and checks that it changed only the tables `but`. Returns its result. */
export async function leavesNoTrace<T>(
  it: TestServer,
  refused: () => Promise<T>,
  but: readonly string[] = [],
): Promise<T> {
  const before = await traceOf(it)
  const result = await refused()
  const after = await traceOf(it)
  const rest = (trace: Trace) => Object.fromEntries(Object.entries(trace).filter(([name]) => !but.includes(name)))
  expect(rest(after)).toEqual(rest(before))
  return result
}
