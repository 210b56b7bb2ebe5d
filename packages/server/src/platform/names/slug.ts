/**
 * Returns the slug of a text (`http.md` 5): its letters and digits in ASCII and lower case, joined
 * with `-`. The slug may be empty.
 */
export function slugOf(text: string, maxLength: number): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  return trimHyphens(trimHyphens(plain).slice(0, maxLength))
}

/** Returns the n-th candidate for a slug: `ci`, `ci-2`, `ci-3`, …, never longer than allowed. */
export function suffixedSlug(slug: string, n: number, maxLength: number): string {
  if (n === 1) return slug
  const suffix = `-${n}`
  return `${trimHyphens(slug.slice(0, maxLength - suffix.length))}${suffix}`
}

function trimHyphens(text: string): string {
  return text.replace(/^-+|-+$/g, '')
}

const reserved = new Set(
  (
    'login register recover github bitbucket billing invite invites auth cli-login api v0 v1 docs ping healthz readyz metrics webhooks assets ' +
    'static settings account user users organizations admin ops internal new status setup mailbox session .well-known ' +
    'badges unsubscribe'
  ).split(' '),
)

/** Returns whether a slug is reserved for paths of the web app and the API. */
export function isReservedSlug(slug: string): boolean {
  return reserved.has(slug)
}

/**
 * Returns the slug of a user's personal organization: the local part and each label of the domain
 * (`a-b-c-org` for `a.b@c.org`).
 */
export function personalSlugOf(email: string, maxLength: number): string {
  const at = email.lastIndexOf('@')
  const parts = [email.slice(0, at), ...email.slice(at + 1).split('.')].map((part) => slugOf(part, maxLength))
  return (
    trimHyphens(
      parts
        .filter((part) => part !== '')
        .join('-')
        .slice(0, maxLength),
    ) || 'user'
  )
}
