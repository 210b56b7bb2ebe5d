import { commitLink, repositoryLink } from '../../text/forge-link.ts'
import type { BuildView } from './job-state.ts'

/** The forge's page of what changed since the last build that passed; null where there is none. */
export function compareLink({
  pipeline,
  build,
  last_passed,
}: Pick<BuildView, 'pipeline' | 'build' | 'last_passed'>): string | null {
  const [repository, after, before] = [pipeline.repository ?? '', build.commit ?? '', last_passed?.commit ?? '']
  const page = repositoryLink(repository)
  const areCommits = commitLink(repository, after) !== null && commitLink(repository, before) !== null
  if (page === null || !areCommits || before === after) return null
  const { hostname } = new URL(page)
  if (hostname === 'bitbucket.org') return `${page}/branches/compare/${after}..${before}`
  return `${page}/${hostname === 'gitlab.com' ? '-/' : ''}compare/${before}...${after}`
}

/** An address from outside that may be opened: https and http only (web X4); null for every other. */
export function webAddress(url: string | null | undefined): string | null {
  return url && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null
}
