import { formatCents } from '../../text/money.ts'
import type { JobView } from '../data/job-state.ts'

/** Formats a cost (web B16): `$0.04`, or `12 vCPU-min` without billing; `—` if unknown. */
export function costLabel(cost: JobView['cost'] | undefined, isOver: boolean): string {
  if (cost === null || cost === undefined) return '—'
  const said =
    typeof cost.cents === 'number'
      ? cost.cents < 1
        ? 'under $0.01'
        : formatCents(cost.cents)
      : vcpuTime(cost.vcpu_seconds)
  return isOver || said === '—' ? said : `${said} so far`
}

function vcpuTime(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return '—'
  if (seconds < 1) return 'under 1 vCPU-s'
  if (seconds < 60) return `${Math.ceil(seconds)} vCPU-s`
  const minutes = seconds / 60
  return `${minutes < 9.95 ? minutes.toFixed(1) : Math.round(minutes)} vCPU-min`
}
