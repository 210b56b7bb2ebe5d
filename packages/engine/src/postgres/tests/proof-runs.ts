/** Stores the runs of proofs: the results of each, and the end of its output. */
import type pg from 'pg'
import type { ForkEnd } from '../../probes/probe.ts'
import { type ForkResult, nextRun, type Proof } from '../../probes/proof.ts'
import { time } from '../values.ts'

type Ran = Extract<ForkEnd, { readonly kind: 'ran' }>

/**
 * Writes an ended run in the client's open transaction, which has the job's probe locked. `proof`
 * is the proof at the beginning of the run. The run's id names its log.
 */
export async function writeRun(
  client: pg.ClientBase,
  { jobId, fork, proof }: { readonly jobId: string; readonly fork: string; readonly proof: Proof },
  { startedAt, endedAt, exitCode, results, log }: Ran,
): Promise<void> {
  const run = nextRun(proof)
  const alone = run?.kind === 'alone' ? run.key : null
  const asked = alone === null ? proof.open.map(({ key }) => key) : [alone]
  const saying = (result: ForkResult) => asked.filter((key) => results.get(key) === result)
  await client.query({
    name: 'engine-write-proof-run',
    text: `insert into engine.proof_runs (id, job_id, number, test, exit_code, started_at, ended_at, passed, failed)
      select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8 from engine.proof_runs where job_id = $2`,
    values: [fork, jobId, alone, exitCode, time(startedAt), time(endedAt), saying('passed'), saying('failed')],
  })
  if (log.length === 0) return
  await client.query({
    name: 'engine-write-proof-log',
    text: `insert into engine.log_chunks (job_id, seq, kind, ts, content)
      select $1, c.* from unnest($2::int[], $3::smallint[], $4::bigint[], $5::bytea[]) as c(seq, kind, ts, content)`,
    values: [
      fork,
      // The numbers from a remote runner cannot be trusted.
      log.map((_, index) => index + 1),
      log.map(({ kind }) => kind),
      log.map(({ ts }) => ts),
      log.map(({ content }) => content),
    ],
  })
}
