import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import type { RepositoryRow } from '../repositories/store.ts'
import type { InstallationRow } from './installation-store.ts'

export function presentInstallation(row: InstallationRow): Complete<components['schemas']['GithubInstallation']> {
  return {
    id: Number(row.id),
    installation_id: Number(row.number),
    account_login: row.account_login,
    account_type: row.account_type,
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
  }
}

export function presentRepository(row: RepositoryRow): Complete<components['schemas']['GithubRepo']> {
  return {
    id: Number(row.id),
    installation_id: Number(row.holder_id),
    gh_repo_id: Number(row.external_id),
    full_name: `${row.owner}/${row.name}`,
    name: row.name,
    owner: row.owner,
    clone_url: row.clone_url,
    default_branch: row.default_branch,
    private: row.is_private,
    last_synced_at: formatInstant(row.last_synced_at),
  }
}
