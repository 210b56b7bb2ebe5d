/**
 * Merges several sources, each item as it comes. Asks a source for its next item once the one
 * before was taken: it holds one item of each for a slow reader. Ends with the last source, and
 * fails with the first that does. Each source must end when the reader of this stops.
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
    // Not awaited: a source in the middle of something ends after it.
    for (const source of sources) void source.return(undefined).catch(() => {})
  }
}
