/**
 * Repeats `next` until a batch is not full. `next` processes a batch of at most `batch` items and
 * returns their number. Returns the total.
 */
export async function inBatches(batch: number, next: (limit: number) => Promise<number>): Promise<number> {
  let all = 0
  for (;;) {
    const done = await next(batch)
    all += done
    if (done < batch) return all
  }
}
