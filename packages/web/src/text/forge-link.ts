/** Known hosts, with the paths of a commit and a branch below a repository. */
const forges: Readonly<Record<string, { readonly commit: string; readonly branch: string }>> = {
  'github.com': { commit: 'commit', branch: 'tree' },
  'gitlab.com': { commit: '-/commit', branch: '-/tree' },
  'bitbucket.org': { commit: 'commits', branch: 'branch' },
  'codeberg.org': { commit: 'commit', branch: 'src/branch' },
}

/** Returns the page of a repository, from any form of its address; null for an unknown forge. */
export function repositoryLink(repository: string): string | null {
  const place = placeOf(repository)
  return place === null ? null : `https://${place.host}/${place.path}`
}

/** Returns the page of a commit; null for an unknown forge, or for a work tree without a commit. */
export function commitLink(repository: string, commit: string): string | null {
  const place = placeOf(repository)
  if (place === null || !/^[0-9a-f]{7,64}$/i.test(commit) || /^0+$/.test(commit)) return null
  return `https://${place.host}/${place.path}/${forges[place.host]?.commit}/${commit}`
}

/** Returns the first seven characters of a commit; a dash without a commit, or for the zeros. */
export function shortCommit(commit: string | null | undefined): string {
  if (commit === null || commit === undefined || commit === '' || /^0+$/.test(commit)) return '—'
  return /^[0-9a-f]{8,64}$/i.test(commit) ? commit.slice(0, 7) : commit
}

function placeOf(repository: string): { readonly host: string; readonly path: string } | null {
  const found =
    /^(?:(?:https?|ssh|git):\/\/)?(?:[^@/\s]+@)?([\w.-]+)(?::\d+(?=\/))?[/:]([\w.-]+(?:\/[\w.-]+)+)\/?$/i.exec(
      repository.trim(),
    )
  const [host, path] = [found?.[1]?.toLowerCase(), found?.[2]?.replace(/\.git$/, '')]
  if (host === undefined || path === undefined || !(host in forges)) return null
  return path.split('/').some((part) => part === '.' || part === '..') ? null : { host, path }
}
