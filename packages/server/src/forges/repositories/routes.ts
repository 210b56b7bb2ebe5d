import type { components } from '@harmont/contract'
import type pg from 'pg'
import { type Complete, type Handlers, operation } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { repoNameOf } from '../../platform/names/repo-name.ts'
import { presentRepository } from './present-repository.ts'
import { type ConnectedRow, listConnected, listNamedByPipelines, type NamedRow } from './store.ts'

/** Lists the repositories that an organization connected or that its pipelines name. */
export function repositoryRoutes({ pool }: { readonly pool: pg.Pool }): Pick<Handlers, 'listOrgRepos'> {
  return {
    listOrgRepos: operation('listOrgRepos', async ({ membership: { organizationId } }) => {
      const connected = await listConnected(pool, organizationId)
      const named = await listNamedByPipelines(pool, organizationId)
      return { status: 200, body: { data: summarizeRepositories(connected, named) } }
    }),
  }
}

type Summary = Complete<components['schemas']['RepoSummary']>

/** Merges repositories of forges and pipelines by clone URL, ordered by full name. */
function summarizeRepositories(connected: readonly ConnectedRow[], named: readonly NamedRow[]): Summary[] {
  const found = new Map<string, Summary>()
  for (const row of connected) {
    const key = cloneUrlKey(row.clone_url)
    const registration = { provider: row.forge, account: row.account }
    const known = found.get(key)
    found.set(key, {
      ...(known ?? fromForge(row)),
      registrations: [...(known?.registrations ?? []), registration],
    })
  }
  for (const row of named) {
    const key = cloneUrlKey(row.repository)
    if (!found.has(key)) found.set(key, fromPipeline(row))
  }
  return [...found.values()].sort((a, b) => (a.full_name < b.full_name ? -1 : a.full_name > b.full_name ? 1 : 0))
}

function fromForge(row: ConnectedRow): Summary {
  return {
    ...presentRepository(row),
    owner: row.owner,
    last_synced_at: formatInstant(row.last_synced_at),
    registrations: [],
  }
}

/** Describes a repository that only a pipeline names. It counts as private. */
function fromPipeline({ repository, default_branch }: NamedRow): Summary {
  const fullName = repoNameOf(repository) ?? repository
  const [owner = '', name] = fullName.split('/')
  return {
    full_name: fullName,
    name: name ?? owner,
    owner: name === undefined ? '' : owner,
    clone_url: isUrl(repository) ? withoutUserInfo(repository) : null,
    default_branch,
    private: true,
    last_synced_at: null,
    registrations: [{ provider: 'cli', account: name === undefined ? '' : owner }],
  }
}

const isUrl = (repository: string) =>
  ['http:', 'https:', 'ssh:', 'git:'].includes(URL.parse(repository)?.protocol ?? '')

/** Removes a password that a client sent in a URL. */
function withoutUserInfo(repository: string): string {
  const url = new URL(repository)
  url.username = ''
  url.password = ''
  return url.href
}

/** Normalizes a clone URL: ignores case, scheme, user info, a final `/` and `.git`. */
export function cloneUrlKey(url: string): string {
  return (
    url
      .trim()
      .toLowerCase()
      .replace(/[?#].*$/s, '')
      .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
      .replace(/^[^/@]*@/, '')
      // Rewrites scp's form `host:path`. A port stays, because it distinguishes two servers on one
      // host.
      .replace(/^([^/:]+):(?!\d+(\/|$))/, '$1/')
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
  )
}
