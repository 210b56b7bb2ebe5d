import type { RepositoryAddress } from '../forge/forge.ts'

/** Where GitHub's API has a repository. A renamed one is found under its old name, too: GitHub redirects. */
export function repositoryPath({ fullName }: RepositoryAddress): { readonly owner: string; readonly repo: string } {
  const [owner = '', repo = ''] = fullName.split('/')
  return { owner, repo }
}
