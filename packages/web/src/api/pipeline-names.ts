import { createStore } from '../browser/store.ts'

/** Pipeline names read so far, by organization and slug. */
const names = createStore<ReadonlyMap<string, string>>(new Map())

const keyOf = (org: string, slug: string) => `${org}/${slug}`

/** Remembers pipeline names for pages that know only the slug. */
export function rememberPipelineNames(
  org: string,
  pipelines: readonly { readonly slug: string; readonly name: string }[],
): void {
  const before = names.get()
  const news = pipelines.filter(({ slug, name }) => name && before.get(keyOf(org, slug)) !== name)
  if (news.length > 0)
    names.set(new Map([...before, ...news.map(({ slug, name }) => [keyOf(org, slug), name] as const)]))
}

/** Forgets all names, because the server draws the next page for another person. */
export function forgetPipelineNames(): void {
  names.set(new Map())
}

/** Returns a function that names a pipeline, and uses its slug until its name is known. */
export function usePipelineNames(): (org: string, slug: string) => string {
  const known = names.use()
  return (org, slug) => known.get(keyOf(org, slug)) ?? slug
}
