import type { PostgresStoreOptions } from '@harmont/engine'

/** Writes what must follow the end of a build, in the transaction of that end. */
export const outbox: NonNullable<PostgresStoreOptions['outbox']> = async (client, { buildId }) => {
  await client.query({
    name: 'outbox-build-ended',
    text: "select graphile_worker.add_job('build_ended', json_build_object('build_id', $1::text))",
    values: [buildId],
  })
}
