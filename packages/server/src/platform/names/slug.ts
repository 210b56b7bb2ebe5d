/** The slug of a text (`http.md` 5): lower-case letters and digits of its plain form, joined with `-`; may be empty. */
export function slugOf(text: string, maxLength: number): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  return trimHyphens(trimHyphens(plain).slice(0, maxLength))
}

/** The n-th wish for a slug that may be taken: `ci`, `ci-2`, `ci-3`, …, never longer than allowed. */
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
    'static settings account user users organizations admin ops internal new status setup mailbox session'
  ).split(' '),
)

/** Whether no organization may have this slug: the web app and the API have paths of that name. */
export function isReservedSlug(slug: string): boolean {
  return reserved.has(slug)
}

/** The slug of a user's personal organization: the local part and each label of the domain (`a.b@c.org` gives `a-b-c-org`). */
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
