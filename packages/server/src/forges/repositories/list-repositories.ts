import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { repoNameOf } from '../../platform/names/repo-name.ts'
import { cloneUrlKey } from './clone-url-key.ts'
import type { ConnectedRow, NamedRow } from './store.ts'

type Summary = Complete<components['schemas']['RepoSummary']>

/** One entry for each clone URL, by full name: what forges show, and what pipelines name besides. */
export function summarizeRepositories(connected: readonly ConnectedRow[], named: readonly NamedRow[]): Summary[] {
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
    full_name: `${row.owner}/${row.name}`,
    name: row.name,
    owner: row.owner,
    clone_url: row.clone_url,
    default_branch: row.default_branch,
    private: row.is_private,
    last_synced_at: formatInstant(row.last_synced_at),
    registrations: [],
  }
}

/** What a client said is all that is known; nothing says that it is public. */
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

/** A password in a URL that some client sent is nobody else's to read. */
function withoutUserInfo(repository: string): string {
  const url = new URL(repository)
  url.username = ''
  url.password = ''
  return url.href
}
