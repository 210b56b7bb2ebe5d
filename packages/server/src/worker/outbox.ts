import { isBuildTerminal, type Outbox } from '@harmont/engine'

type Change = Parameters<Outbox>[1]

/** A task of the worker (`tasks.ts`), as graphile-worker's `job_spec` has it. */
interface Task {
  readonly identifier: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** What must follow a change. Called within its transaction, for each step that ends: asks for no statement of its own. */
const followers: readonly ((change: Change) => readonly Task[])[] = [buildEnded]

/** Writes what must follow a change of a build, in the transaction of that change and in one statement, or none. */
export const outbox: Outbox = async (client, change) => {
  const tasks = followers.flatMap((follow) => follow(change))
  if (tasks.length === 0) return
  await client.query({
    name: 'outbox-add-jobs',
    text: `select graphile_worker.add_jobs(
      array(select json_populate_record(null::graphile_worker.job_spec, t) from json_array_elements($1::json) as t))`,
    values: [JSON.stringify(tasks)],
  })
}

function buildEnded({ buildId, after }: Change): readonly Task[] {
  return isBuildTerminal(after) ? [{ identifier: 'build_ended', payload: { build_id: buildId } }] : []
}
