/**
 * Takes up to `slots` items in turns between queues, beginning with the queue after `last`, the
 * queue served last. Items of one queue keep their order.
 */
export function fairTurns<T extends { readonly queue: string }>(
  items: readonly T[],
  last: string | null,
  slots: number,
): readonly T[] {
  const queues = new Map<string, T[]>()
  for (const item of items) {
    const queue = queues.get(item.queue)
    if (queue) queue.push(item)
    else queues.set(item.queue, [item])
  }
  const names = [...queues.keys()].sort()
  const begin =
    last === null
      ? 0
      : Math.max(
          0,
          names.findIndex((name) => name > last),
        )
  const order = [...names.slice(begin), ...names.slice(0, begin)]
  const taken: T[] = []
  for (let turn = 0; taken.length < slots && order.length > 0 && turn < items.length; turn++) {
    for (const name of order) {
      const item = queues.get(name)?.[turn]
      if (item && taken.length < slots) taken.push(item)
    }
  }
  return taken
}
