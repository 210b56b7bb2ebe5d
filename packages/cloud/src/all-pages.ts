interface Page<T> {
  readonly data: readonly T[]
  readonly next_cursor?: string | null
}

/** Yields the items of a list and requests pages as needed. */
export async function* allPages<T>(
  read: (page: { readonly limit: number; readonly cursor?: string }) => Promise<Page<T>>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<T> {
  let left = limit
  let cursor: string | undefined
  while (left > 0) {
    const page = await read({ limit: Math.min(100, left), ...(cursor === undefined ? {} : { cursor }) })
    yield* page.data.slice(0, left)
    left -= page.data.length
    if (page.next_cursor === undefined || page.next_cursor === null) return
    cursor = page.next_cursor
  }
}
