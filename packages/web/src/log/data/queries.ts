import { queryOptions } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'
import { completeFindings, completeLines, listOf } from '../../api/complete.ts'
import type { Schema } from '../../api/schemas.ts'

/** Identifies the log of one attempt of a step. */
export interface LogPlace {
  readonly org: string
  readonly slug: string
  readonly number: number
  readonly jobId: string
}

/** Where reading begins: the first error line, the end, or a line. */
export type LogStart = 'error' | 'tail' | number

/** One screen and some more lines; the rest is read when it becomes visible. */
const firstLines = 512
/** Lines of each later page. The server returns fewer if they are long (256 KiB in total). */
export const pageLines = 512

const log = '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/log'

function pathOf({ org, slug, number, jobId }: LogPlace) {
  return { org, pipeline: slug, number, job_id: jobId }
}

/** Reads a log with its first page. `LogData` adds the rest, so this answer never becomes stale. */
export function logQuery(place: LogPlace, at: LogStart) {
  return queryOptions({
    queryKey: ['log', place.jobId],
    queryFn: ({ signal }): Promise<Schema<'JobLogView'>> => readLog(place, at, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Reads the current log with the page that contains this position. */
export async function readLog(place: LogPlace, at: LogStart, signal: AbortSignal): Promise<Schema<'JobLogView'>> {
  return completeLog(await answer(client.GET(log, { params: { path: pathOf(place), query: firstPageOf(at) }, signal })))
}

/** Returns the parameters of a request for a log with the page that contains this position. */
export function firstPageOf(at: LogStart): { readonly at: string; readonly limit: number } {
  return { at: String(at), limit: firstLines }
}

/** Completes a log of another server release (web X1). */
export function completeLog(given: Schema<'JobLogView'>): Schema<'JobLogView'> {
  const view = completeFindings(given)
  const page = completeLines(view.page ?? {})
  const { total_lines, bytes, complete }: Partial<typeof view> = view
  return {
    ...view,
    total_lines: total_lines ?? page.total_lines,
    bytes: bytes ?? 0,
    complete: complete ?? page.complete,
    page,
  }
}

/** Reads consecutive lines from this number on. */
export async function readLines(
  place: LogPlace,
  from: number,
  limit: number,
  signal: AbortSignal,
): Promise<Schema<'LogPage'>> {
  const asked = { params: { path: pathOf(place), query: { from, limit } }, signal }
  return completeLines(await answer(client.GET(`${log}/lines`, asked)))
}

/** Reads bytes of the raw log; `to` is exclusive. */
export function readBytes({ jobId }: LogPlace, from: number, to: number, signal: AbortSignal): Promise<ArrayBuffer> {
  const headers = { range: `bytes=${from}-${to - 1}` }
  const path = '/v0/jobs/{job_id}/logs.txt'
  return answer(client.GET(path, { params: { path: { job_id: jobId } }, headers, parseAs: 'arrayBuffer', signal }))
}

/** A search in a log. */
export interface LogSearch {
  readonly text: string
  readonly regex: boolean
  readonly case: boolean
  readonly word: boolean
}

/** Reads at most `limit` hits from a line on, and the total. */
export async function searchLog(
  place: LogPlace,
  search: LogSearch,
  from: number,
  limit: number,
  signal: AbortSignal,
): Promise<Schema<'LogSearchResult'>> {
  const query = { q: search.text, regex: flag(search.regex), case: flag(search.case), word: flag(search.word) }
  const found = await answer(
    client.GET(`${log}/search`, { params: { path: pathOf(place), query: { ...query, from, limit } }, signal }),
  )
  return { ...found, buckets: listOf(found.buckets), hits: listOf(found.hits) }
}

function flag(isOn: boolean): 'true' | 'false' {
  return isOn ? 'true' : 'false'
}
