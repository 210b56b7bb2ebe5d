import { useAuthConfig } from '../api/auth-config.ts'
import { usePermission } from '../api/session.ts'
import { GoToForge } from './go-to-forge.tsx'
import { installUrl } from './queries.ts'
import { rememberOrganization } from './setup-organization.ts'

/** Opens GitHub, which asks for repositories and returns to `/github/setup`. */
export function ConnectGithub({ org, label = 'Connect GitHub' }: { readonly org: string; readonly label?: string }) {
  const config = useAuthConfig()
  if (config !== undefined && config.github_app_slug === null) return <GithubMissing org={org} />
  const address = async () => {
    const url = await installUrl(org)
    rememberOrganization(org)
    return url
  }
  return <GoToForge org={org} title="GitHub" label={label} look="primary" address={address} />
}

/** Only people who may change connections see the missing configuration (web.md 7). */
function GithubMissing({ org }: { readonly org: string }) {
  if (!usePermission(org, 'vcs')) return null
  return (
    <p className="text-13 text-muted">
      This server has no GitHub App. To add one, set <code className="font-mono">HARMONT_GITHUB_APP_ID</code> and the
      variables listed in{' '}
      <a className="underline" href="/docs/github-app">
        the guide
      </a>
      .
    </p>
  )
}
