import { commitLink, repositoryLink } from '../../text/forge-link.ts'
import type { BuildView } from './job-state.ts'

/** Returns the forge's comparison with the last passed commit; null if there is none. */
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

/** Returns an external address if it is http or https (web X4), else null. */
export function webAddress(url: string | null | undefined): string | null {
  return url && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null
}
