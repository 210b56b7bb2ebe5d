import type { AnsweredRequest } from '../http/index.ts'
import type { Metrics } from './metrics.ts'

/** The most answers that wait for the library; they take some 100 KiB. */
const mostWaiting = 1_000

/**
 * Returns metrics that load their library for the first reader, or after many answers: it takes a
 * tenth of a server's start, and nobody reads the metrics of most servers. No answer is lost.
 */
export function lateMetrics(open: () => Promise<Metrics>): Metrics {
  const waiting: AnsweredRequest[] = []
  let opening: Promise<Metrics> | undefined
  let opened: Metrics | undefined
  const load = () => {
    opening ??= open().then((metrics) => {
      for (const answered of waiting.splice(0)) metrics.observe(answered)
      opened = metrics
      return metrics
    })
    return opening
  }
  return {
    observe(answered) {
      if (opened !== undefined) return opened.observe(answered)
      waiting.push(answered)
      if (waiting.length >= mostWaiting) void load()
    },
    read: async () => (await load()).read(),
  }
}
