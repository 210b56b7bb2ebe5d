import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Schema } from '../api/schemas.ts'
import { Tag } from '../design/chip.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { Table, Td } from '../design/table.tsx'
import { repositoryLink } from '../text/forge-link.ts'
import { providerLabel } from './match-repos.ts'
import { pipelinesByRepositoryQuery } from './queries.ts'

interface RepoTableProps {
  readonly org: string
  readonly repos: readonly Schema<'RepoSummary'>[]
}

/** Lists repositories with their provider, pipelines and last sync. */
export function RepoTable({ org, repos }: RepoTableProps) {
  const { data: pipelines } = useQuery(pipelinesByRepositoryQuery(org))
  return (
    <Table
      caption="Repositories"
      columns={['Repository', 'Default branch', 'Connected by', 'Pipelines', { name: 'Last sync', numeric: true }]}
    >
      <tbody>
        {repos.map((repo) => (
          <tr key={`${repo.full_name} ${repo.clone_url}`}>
            <Td>
              <span className="flex flex-wrap items-center gap-2">
                <RepoName repo={repo} />
                {repo.private && <Tag>private</Tag>}
              </span>
            </Td>
            <Td label="Default branch">
              {repo.default_branch == null ? '—' : <IsolatedText text={repo.default_branch} />}
            </Td>
            <Td label="Connected by">
              {repo.registrations.map(({ provider, account }) => (
                <span key={`${provider} ${account}`} className="mr-2 whitespace-nowrap">
                  {providerLabel(provider)}{' '}
                  <span className="text-muted">
                    <IsolatedText text={account} />
                  </span>
                </span>
              ))}
            </Td>
            {/* On a narrow screen it has a separate line, so that it loads without moving the content below. */}
            <Td label="Pipelines" className="max-sm:basis-full">
              <Pipelines
                org={org}
                pipelines={pipelines?.get(repo.full_name.toLowerCase())}
                isKnown={pipelines !== undefined}
              />
            </Td>
            <Td numeric label="Last sync">
              <Ago at={repo.last_synced_at} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function RepoName({ repo }: { readonly repo: Schema<'RepoSummary'> }) {
  const link = repo.clone_url == null ? null : repositoryLink(repo.clone_url)
  const name = <IsolatedText text={repo.full_name} />
  if (link === null) return <span className="font-semibold">{name}</span>
  return (
    <a href={link} target="_blank" rel="noopener noreferrer" className="font-semibold underline">
      {name}
    </a>
  )
}

interface PipelinesProps {
  readonly org: string
  readonly pipelines: readonly Schema<'Pipeline'>[] | undefined
  readonly isKnown: boolean
}

function Pipelines({ org, pipelines, isKnown }: PipelinesProps) {
  if (!isKnown) return <span className="text-muted">…</span>
  if (pipelines === undefined) return <span className="text-muted">none</span>
  return (
    <span className="inline-flex flex-wrap gap-x-3">
      {pipelines.map(({ slug, name }) => (
        <Link key={slug} to="/$org/pipelines/$slug" params={{ org, slug }} className="underline">
          <IsolatedText text={name} />
        </Link>
      ))}
    </span>
  )
}
