/**
 * Completes answers of other releases: missing arrays become empty, other missing members null (web
 * X1).
 */
import type { Schema } from './schemas.ts'

/** Returns the array without null items; an empty array if it is missing. */
export function listOf<Item>(value: readonly Item[] | null | undefined): Item[] {
  return Array.isArray(value) ? value.filter((item) => item !== null && item !== undefined) : []
}

/** Completes each item of a page of a list. */
export function completePage<Page extends { data: unknown[] }>(
  page: Page,
  complete: (item: Page['data'][number]) => Page['data'][number] = (item) => item,
): Page {
  const { data }: Partial<Page> = page
  return { ...page, data: listOf(data).map(complete) }
}

/** A build as shown in lists and on the build page. */
export interface ReadBuild extends Schema<'BuildSummary'> {
  /**
   * For a running build: the start, by this machine's clock, of an equally long run without a
   * pause. A retry continues the duration of the earlier run.
   */
  readonly runs_since?: number
}

/** Completes a build that has just been read. */
export function completeBuild(given: Schema<'BuildSummary'>): ReadBuild {
  const build: Partial<Schema<'BuildSummary'>> = given
  return {
    ...given,
    state: build.state ?? ('unknown' as Schema<'BuildSummary'>['state']),
    failed_step: build.failed_step ?? null,
    queue_ms: build.queue_ms ?? null,
    run_ms: build.run_ms ?? null,
    ...(build.finished_at == null && build.run_ms != null ? { runs_since: Date.now() - build.run_ms } : {}),
    version: build.version ?? 0,
  }
}

/** Completes lines of a log, from an answer or an event. */
export function completeLines<Page extends Schema<'LogPage'>>(given: Page): Page {
  const page: Partial<Schema<'LogPage'>> = given
  const lines = listOf(page.lines)
  const from = page.from ?? 1
  return {
    ...given,
    from,
    lines,
    sgr: page.sgr ?? '',
    t0: page.t0 ?? null,
    total_lines: page.total_lines ?? from - 1 + lines.length,
    complete: page.complete ?? false,
  }
}

/** Completes the groups, errors and remarks of a log. */
export function completeFindings<Given extends Pick<Schema<'JobLogView'>, 'groups' | 'errors' | 'remarks'>>(
  given: Given,
): Given {
  const { groups, errors, remarks }: Partial<Given> = given
  return { ...given, groups: listOf(groups), errors: listOf(errors), remarks: listOf(remarks) }
}
