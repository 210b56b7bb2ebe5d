/** Returns `owner/repo` of a clone URL or path (`http.md` 5); null if the result is empty. */
export function repoNameOf(repository: string): string | null {
  const path = pathOf(repository.trim())
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
  const segments = path.split('/').filter((segment) => segment !== '')
  return segments.length === 0 ? null : segments.slice(-2).join('/')
}

function pathOf(repository: string): string {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*(.*)$/s.exec(repository)
  if (scheme !== null) return withoutQuery(scheme[1] ?? '')
  const scp = /^[^/@]+@[^/:]+:(.*)$/s.exec(repository)
  if (scp !== null) return withoutQuery(scp[1] ?? '')
  const plain = withoutQuery(repository)
  const [first = '', ...rest] = plain.split('/')
  const looksLikeHost = /[.:]/.test(first) || first === 'localhost'
  return looksLikeHost && rest.length > 0 ? rest.join('/') : plain
}

function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/s, '')
}

/**
 * Normalizes a repository name for storage and comparison: trimmed, without `.git`; null if blank.
 */
export function tidyRepoName(name: string): string | null {
  const tidy = name.trim().replace(/\.git$/, '')
  return tidy === '' ? null : tidy
}
