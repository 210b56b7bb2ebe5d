import type { RepositoryFacts } from './store.ts'

/** Returns the members that are common to all answers with a forge's repository. */
export function presentRepository({ owner, name, clone_url, default_branch, is_private }: RepositoryFacts) {
  return { full_name: `${owner}/${name}`, name, clone_url, default_branch, private: is_private }
}
