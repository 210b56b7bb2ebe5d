/** The organization that `/` leads to: the last used that is still in the list, else the personal one, else the first (web.md 2). */
export function homeOrganization(
  slugs: readonly string[],
  personal: string | null | undefined,
  recent: readonly string[],
): string | undefined {
  return recent.find((slug) => slugs.includes(slug)) ?? slugs.find((slug) => slug === personal) ?? slugs[0]
}
