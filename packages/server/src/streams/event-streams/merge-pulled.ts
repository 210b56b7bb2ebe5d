/**
 * Merges several sources, with items in order of arrival. Requests the next item of a source once
 * the previous one was taken, so that it buffers one item per source for a slow reader. Ends with
 * the last source, and fails with the first failing one. Each source must end when the reader of
 * the merged stream stops.
 */
export async function* mergePulled<T>(sources: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  const arrived: { readonly source: AsyncGenerator<T>; readonly result: IteratorResult<T> }[] = []
  let failure: { readonly error: unknown } | null = null
  let wake = () => {}
  const pull = (source: AsyncGenerator<T>) => {
    source.next().then(
      (result) => {
        arrived.push({ source, result })
        wake()
      },
      (error: unknown) => {
        failure ??= { error }
        wake()
      },
    )
  }
  const failed = () => failure
  try {
    for (const source of sources) pull(source)
    for (let open = sources.length; open > 0; ) {
      if (arrived.length === 0 && failed() === null) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const failedWith = failed()
      if (failedWith !== null) throw failedWith.error
      const next = arrived.shift()
      if (next === undefined) continue
      if (next.result.done) {
        open -= 1
        continue
      }
      yield next.result.value
      pull(next.source)
    }
  } finally {
    // Not awaited: a source in the middle of an operation ends after it.
    for (const source of sources) void source.return(undefined).catch(() => {})
  }
}
