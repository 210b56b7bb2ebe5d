/** Does work in batches of at most so many, until one is not full. `next` does a batch and gives how many it had; gives how many there were in all. */
export async function inBatches(batch: number, next: (limit: number) => Promise<number>): Promise<number> {
  let all = 0
  for (;;) {
    const done = await next(batch)
    all += done
    if (done < batch) return all
  }
}
