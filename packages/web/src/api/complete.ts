/** Completes answers of other releases: missing arrays are empty, other members null (web X1). */
import type { Schema } from './schemas.ts'

/** Returns the array without null items; empty if there is none. */
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

/** A build as lists and the build page show it. */
export interface ReadBuild extends Schema<'BuildSummary'> {
  /**
   * For a running build: since when, by this machine's clock, it would have run without a pause. A
   * retry continues where the build ended.
   */
  readonly runs_since?: number
}

/** Completes a build that was just read. */
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
