import type { ForgeRepository } from '../forge/events.ts'
import type { GithubRequest } from './app.ts'

const pageSize = 100

/** Every repository that an installation shows. */
export async function listInstallationRepositories(request: GithubRequest): Promise<readonly ForgeRepository[]> {
  const found: ForgeRepository[] = []
  for (let page = 1; ; page += 1) {
    const { data } = await request('GET /installation/repositories', { per_page: pageSize, page })
    for (const each of data.repositories)
      found.push({
        externalId: String(each.id),
        owner: each.owner.login,
        name: each.name,
        fullName: each.full_name,
        cloneUrl: each.clone_url,
        defaultBranch: each.default_branch,
        isPrivate: each.private,
      })
    if (data.repositories.length < pageSize) return found
  }
}
