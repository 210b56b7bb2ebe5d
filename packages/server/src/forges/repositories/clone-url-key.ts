/** What is the same for all ways to write one clone URL: case, scheme, user info, a final `/` and `.git` do not count. */
export function cloneUrlKey(url: string): string {
  return (
    url
      .trim()
      .toLowerCase()
      .replace(/[?#].*$/s, '')
      .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
      .replace(/^[^/@]*@/, '')
      // `host:path` of scp; a port stays, because it tells two servers on one host apart.
      .replace(/^([^/:]+):(?!\d+(\/|$))/, '$1/')
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
  )
}
