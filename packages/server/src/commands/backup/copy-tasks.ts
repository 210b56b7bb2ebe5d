/** Copies pending tasks between two databases, independent of how the library stores them. */
import type pg from 'pg'
import type { ArchiveReader } from './archive-reader.ts'
import type { ArchiveWriter } from './archive-writer.ts'
import { copyIn, copyOut } from './copy-rows.ts'

const name = 'tasks'

/** Exhausted tasks are left out. A running task is included, because every task may run twice. */
const openTasks = `select t.identifier, j.payload, q.queue_name, j.run_at, j.max_attempts, j.key, j.priority,
         (select array_agg(flag) from jsonb_object_keys(j.flags) flag)
    from graphile_worker._private_jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id
    left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
   where j.attempts < j.max_attempts order by j.id`

/** Writes the pending tasks. */
export async function copyTasksOut(client: pg.PoolClient, writer: ArchiveWriter): Promise<void> {
  await copyOut(client, openTasks, writer, name)
}

/** Queues the tasks of a backup. */
export async function copyTasksIn(client: pg.PoolClient, reader: ArchiveReader): Promise<void> {
  await client.query('create temporary table restored_tasks of graphile_worker.job_spec on commit drop')
  const columns = 'identifier, payload, queue_name, run_at, max_attempts, job_key, priority, flags'
  await copyIn(client, `restored_tasks (${columns})`, reader, name)
  await client.query(
    `select graphile_worker.add_jobs(array(select row(t.*)::graphile_worker.job_spec from restored_tasks t))`,
  )
}
