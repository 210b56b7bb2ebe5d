/** Logs that are packed only by the test. */
import { pino } from 'pino'
import { beforeAll } from 'vitest'
import { type BlobStore, openDirectoryStore } from '../../platform/blobs/blob-store.ts'
import { ir, type PlayedJob, playJob } from '../../testing/runner.ts'
import { ownerToken, type TestServer } from '../../testing/server.ts'
import { lastLines } from './last-output.ts'
import { packLogs } from './pack-logs.ts'

/** The rows of a log in the database. */
interface LogRows {
  readonly chunks: number
  readonly packed: number
  readonly waiting: number
  readonly blob: string | null
}

type PlayedLog = PlayedJob & { readonly path: string }

interface Reading {
  readonly whole: Buffer
  readonly withRemarks: Buffer
  readonly middle: Buffer
  readonly end: Buffer
  /** The chunks of the event stream, as JSON. */
  readonly chunks: string
  readonly view: unknown
  readonly lines: unknown
  readonly found: unknown
  readonly size: unknown
  readonly lastLines: unknown
}

export interface Packing {
  /** Starts a job; returns it with the path of its log. */
  newJob(): Promise<PlayedLog>
  rowsOf(job: PlayedJob): Promise<LogRows | undefined>
  /** Packs the waiting logs, by default with the server's own blob store. */
  pack(blobs?: BlobStore): Promise<void>
  /** Lets the hour pass for which a log is postponed. */
  hourPasses(): Promise<void>
  blobs(): Promise<BlobStore>
  /** Returns the results of all ways to read a log. */
  everyReading(job: PlayedLog): Promise<Reading>
  /** Returns the body of a response, in bytes. */
  raw(path: string, headers?: Readonly<Record<string, string>>): Promise<Buffer>
}

/** Sets up the tests of one file; call it at the top. */
export function packingByHand(it: TestServer): Packing {
  // Keeps the server's worker idle.
  beforeAll(async () => {
    await it.server.pool.query(
      `create function no_packing() returns trigger language plpgsql as $$
         begin
           if new.task_id = (select id from graphile_worker._private_tasks where identifier = 'pack_logs') then return null; end if;
           return new;
         end $$;
       create trigger no_packing before insert on graphile_worker._private_jobs for each row execute function no_packing()`,
    )
  })
  const blobs = () => openDirectoryStore(it.blobDirectory)
  const raw = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(it.server.url + path, { headers: { authorization: `Bearer ${ownerToken}`, ...headers } })
    return Buffer.from(await answer.arrayBuffer())
  }
  const get = async <T>(path: string) => (await it.request<T>(ownerToken, 'GET', path)).body
  /**
   * Repeats the search until it is complete: each answer covers what was searched in the time
   * limit.
   */
  const found = async (path: string) => {
    for (;;) {
      const body = await get<{ readonly complete: boolean }>(`${path}/search?q=9`)
      if (body.complete) return body
    }
  }
  return {
    blobs,
    raw,
    async everyReading({ id, path }) {
      const txt = `/v0/jobs/${id}/logs.txt`
      const events = (await raw(`/v0/jobs/${id}/logs`)).toString().split('\n\n')
      const data = events.flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? [])
      return {
        whole: await raw(txt),
        withRemarks: await raw(`${txt}?meta=1`),
        middle: await raw(txt, { range: 'bytes=5000-250000' }),
        end: await raw(txt, { range: 'bytes=-77' }),
        chunks: data.flatMap((text) => (text.startsWith('{"chunks"') ? text.slice(11, -2) : [])).join(','),
        view: await get(`${path}?at=error`),
        lines: await get(`${path}/lines?from=5000&limit=50`),
        found: await found(path),
        size: await it.server.engine.logs.size(id),
        lastLines: await lastLines(it.server.engine.logs, id, 5),
      }
    },
    async newJob() {
      const slug = await it.newPipeline()
      const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
      const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
      await it.request(ownerToken, 'POST', path, body)
      const job = await playJob(it)
      return { ...job, path: `${path}/1/jobs/${job.id}/log` }
    },
    async rowsOf({ id }) {
      const { rows } = await it.server.pool.query<LogRows>(
        `select (select count(*)::int from engine.log_chunks where job_id = $1) as chunks,
                (select count(*)::int from packed_logs where job_id = $1) as packed,
                (select count(*)::int from unpacked_logs where job_id = $1) as waiting,
                (select blob from packed_logs where job_id = $1) as blob`,
        [id],
      )
      return rows[0]
    },
    async pack(given) {
      const { pool, engine } = it.server
      await packLogs({ pool, engine, blobs: given ?? (await blobs()), log: pino({ level: 'silent' }) })
    },
    async hourPasses() {
      await it.server.pool.query("update unpacked_logs set pack_after = pack_after - interval '1 hour'")
    },
  }
}
