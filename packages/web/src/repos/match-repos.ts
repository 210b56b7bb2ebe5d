import type { Schema } from '../api/schemas.ts'

type Repo = Schema<'RepoSummary'>

/** Returns the providers of these repositories, sorted. */
export function providersOf(repos: readonly Repo[]): readonly string[] {
  return [...new Set(repos.flatMap(providers))].toSorted()
}

/** Filters repositories by full name and provider. */
export function matchRepos(
  repos: readonly Repo[],
  wanted: { readonly q?: string | undefined; readonly provider?: string | undefined },
): readonly Repo[] {
  const part = wanted.q?.toLowerCase() ?? ''
  return repos.filter((repo) => {
    const isProvider = wanted.provider === undefined || providers(repo).includes(wanted.provider)
    return isProvider && repo.full_name.toLowerCase().includes(part)
  })
}

const words: Readonly<Record<string, string>> = { github: 'GitHub', bitbucket: 'Bitbucket', cli: 'named by a pipeline' }

/** Names a provider; an unknown one keeps its own name. */
export function providerLabel(provider: string): string {
  return words[provider] ?? provider
}

function providers({ registrations }: Repo): readonly string[] {
  return registrations.map(({ provider }) => provider)
}
