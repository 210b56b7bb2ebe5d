const waiting: (() => void)[] = []

/**
 * Resolves when long work may continue, for some milliseconds. All long work of the process waits
 * in one line, and between two of its turns everything else gets one. So a request or a step waits
 * for a single turn each time, however many outputs are searched at once.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(goOn)
  })
}

/** Lets the first one continue, and the next one after all other events. */
function goOn(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(goOn)
}
