import type { Metrics } from './metrics.ts'

/** The most observations buffered before the library is loaded, which take about 400 KiB. */
const mostWaiting = 4_000

/**
 * Returns metrics that load their library for the first reader, or after many observations. Loading
 * takes a tenth of a server's start, and most servers' metrics are never read. No observation is
 * lost.
 */
export function lateMetrics(open: () => Promise<Metrics>): Metrics {
  const waiting: ((metrics: Metrics) => void)[] = []
  let opening: Promise<Metrics> | undefined
  let opened: Metrics | undefined
  const load = () => {
    opening ??= open().then((metrics) => {
      for (const observe of waiting.splice(0)) observe(metrics)
      opened = metrics
      return metrics
    })
    return opening
  }
  const later = (observe: (metrics: Metrics) => void) => {
    if (opened !== undefined) return observe(opened)
    waiting.push(observe)
    if (waiting.length >= mostWaiting) void load()
  }
  return {
    observe: (answered) => later((metrics) => metrics.observe(answered)),
    count: (name, labels, by) => later((metrics) => metrics.count(name, labels, by)),
    time: (name, seconds, labels) => later((metrics) => metrics.time(name, seconds, labels)),
    read: async () => (await load()).read(),
  }
}
