import type { Schema } from '../api/schemas.ts'

type Repo = Schema<'RepoSummary'>

/** The providers that there are, sorted. */
export function providersOf(repos: readonly Repo[]): readonly string[] {
  return [...new Set(repos.flatMap(providers))].toSorted()
}

/** Those whose full name holds the text and that are registered with the provider. */
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

/** What a provider is called; one that is not known here keeps its own word. */
export function providerLabel(provider: string): string {
  return words[provider] ?? provider
}

function providers({ registrations }: Repo): readonly string[] {
  return registrations.map(({ provider }) => provider)
}
