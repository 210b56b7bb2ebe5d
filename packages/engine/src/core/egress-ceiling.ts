import { coversHosts, type HostPattern, hostPattern, hostText } from '@harmont/ir'
import type { Step } from './model.ts'

/**
 * Also binds a step by its organization's ceiling: the step may reach hosts that both lists allow.
 * A step that names no hosts, or only observes them, is bound by the ceiling alone. A null ceiling
 * sets no bound.
 */
export function underCeiling(step: Step, ceiling: readonly string[] | null): Step {
  if (ceiling === null) return step
  const { egress } = step
  return { ...step, egress: egress === undefined || egress === 'observe' ? ceiling : commonHosts(egress, ceiling) }
}

/**
 * Returns the hosts that both lists allow. Two patterns have no common host unless one covers the
 * other.
 */
function commonHosts(one: readonly string[], other: readonly string[]): readonly string[] {
  const [ones, others] = [hostsOf(one), hostsOf(other)]
  const common = [...within(ones, others), ...within(others, ones)]
  return [...new Set(common.map(hostText))]
}

function within(inner: readonly HostPattern[], outer: readonly HostPattern[]): readonly HostPattern[] {
  return inner.filter((host) => outer.some((pattern) => coversHosts(pattern, host)))
}

/** Reads patterns. Another release may have stored unknown patterns, which allow nothing here. */
export function hostsOf(texts: readonly string[]): readonly HostPattern[] {
  return texts.flatMap((text) => hostPattern(text) ?? [])
}
