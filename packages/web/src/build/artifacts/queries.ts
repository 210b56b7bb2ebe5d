import { type InfiniteData, infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'
import { completePage } from '../../api/complete.ts'
import type { Schema } from '../../api/schemas.ts'
import type { BuildPlace } from '../data/queries.ts'

type Page = Schema<'ArtifactList'>
export type Artifact = Schema<'Artifact'>

const pageSize = 1000

/** Reads the artifacts of a build by path. Reads them again when another step has `ended`. */
export function artifactsQuery({ org, slug, number }: BuildPlace, ended: number) {
  return infiniteQueryOptions<Page, Error, InfiniteData<Page, string | null>, readonly unknown[], string | null>({
    queryKey: ['artifacts', org, slug, number, ended],
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: pageSize, ...(pageParam === null ? {} : { cursor: pageParam }) }
      const asked = { params: { path: { org, pipeline: slug, number }, query }, signal }
      const path = '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/artifacts'
      return completePage(await answer(client.GET(path, asked)), completeArtifact)
    },
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
    placeholderData: keepPreviousData,
  })
}

function completeArtifact(given: Artifact): Artifact {
  const one: Partial<Artifact> = given
  return {
    ...given,
    ...{ path: one.path ?? '', step_key: one.step_key ?? '', attempt: one.attempt ?? 1, bytes: one.bytes ?? 0 },
    ...{ sha256: one.sha256 ?? '', expires_at: one.expires_at ?? null, expired_at: one.expired_at ?? null },
  }
}

/**
 * Returns the address of a download. The browser fetches it directly, so nothing is held in memory.
 */
export function artifactUrl({ org, slug, number }: BuildPlace, id: string): string {
  return `${buildUrl(org, slug, number)}/artifacts/${encodeURIComponent(id)}`
}

/** Returns the address of an archive of a directory's files, or of all artifacts. */
export function zipUrl({ org, slug, number }: BuildPlace, directory: string | null): string {
  const query = directory === null ? '' : `?path=${encodeURIComponent(literal(directory))}`
  return `${buildUrl(org, slug, number)}/artifacts.zip${query}`
}

function buildUrl(org: string, slug: string, number: number): string {
  return `/api/v0/organizations/${encodeURIComponent(org)}/pipelines/${encodeURIComponent(slug)}/builds/${number}`
}

/** The parameter is a glob, in which a class of one character matches literally. */
function literal(directory: string): string {
  return directory.replaceAll(/[*?[]/g, '[$&]')
}
