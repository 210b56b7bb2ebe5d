import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useOrganizationName } from '../api/session.ts'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { showInvisible } from '../text/escape.ts'
import { ConnectGithub } from './connect-github.tsx'
import { matchRepos, providerLabel, providersOf } from './match-repos.ts'
import { reposQuery } from './queries.ts'
import { RepoTable } from './repo-table.tsx'

/** Lists all repositories that this organization knows. */
export function ReposPage() {
  const { org } = useParams({ from: '/signed-in/$org/repos' })
  const organization = showInvisible(useOrganizationName(org))
  const { q, provider } = useSearch({ from: '/signed-in/$org/repos' })
  const navigate = useNavigate({ from: '/$org/repos' })
  const query = useQuery(reposQuery(org))
  const { data } = query
  const repos = data?.data ?? []
  const shown = matchRepos(repos, { q, provider })
  const filter = (next: Filters) => void navigate({ search: next, replace: true })
  return (
    <>
      <PageHeading title={`Repositories · ${organization}`} actions={repos.length > 0 && <ConnectGithub org={org} />}>
        Repositories
      </PageHeading>
      <QueryPlaceholder query={query} what="the repositories" />
      {data !== undefined && repos.length === 0 && (
        <EmptyState title="No repositories yet" action={<ConnectGithub org={org} />}>
          <p>
            Connected repositories build on every push and pull request. Their pipelines are detected, and results
            appear as checks on the commit. Without a connection, <code className="font-mono">hm run --cloud</code> and
            the API start builds.
          </p>
        </EmptyState>
      )}
      {repos.length > 0 && <RepoFilters filters={{ q, provider }} providers={providersOf(repos)} onFilter={filter} />}
      {repos.length > 0 && shown.length === 0 && (
        <p className="px-4 py-6">
          No repository matches.{' '}
          <Link to="/$org/repos" params={{ org }} className="underline">
            Show all {repos.length}
          </Link>
        </p>
      )}
      {shown.length > 0 && <RepoTable org={org} repos={shown} />}
    </>
  )
}

interface Filters {
  readonly q?: string
  readonly provider?: string
}

interface RepoFiltersProps {
  readonly filters: { readonly [Name in keyof Filters]: Filters[Name] | undefined }
  readonly providers: readonly string[]
  readonly onFilter: (filters: Filters) => void
}

function RepoFilters({ filters: { q = '', provider = '' }, providers, onFilter }: RepoFiltersProps) {
  return (
    <search className="flex flex-wrap gap-3 px-4 pb-3">
      <input
        type="search"
        data-search
        aria-label="Search repositories"
        placeholder="Search"
        value={q}
        onChange={({ target }) => onFilter({ ...(target.value && { q: target.value }), ...(provider && { provider }) })}
        className="min-h-8 w-64 rounded-small border border-edge bg-raised px-2 pointer-coarse:min-h-11"
      />
      <select
        aria-label="Provider"
        value={provider}
        onChange={({ target }) => onFilter({ ...(q && { q }), ...(target.value && { provider: target.value }) })}
        className="min-h-8 rounded-small border border-edge bg-raised px-2 pointer-coarse:min-h-11"
      >
        <option value="">All providers</option>
        {providers.map((one) => (
          <option key={one} value={one}>
            {providerLabel(one)}
          </option>
        ))}
      </select>
    </search>
  )
}
