export type Area = 'tools' | 'project' | 'disk' | 'network' | 'server' | 'sandbox'

/** The result of one check. */
export interface Check {
  readonly area: Area
  readonly name: string
  readonly status: 'ok' | 'warning' | 'failure'
  /** The finding. */
  readonly found: string
  /** The command or setting that fixes it; only for problems. */
  readonly fix?: string
}

/** Returns constructors of the checks of one area. */
export function checksOf(area: Area) {
  return {
    ok: (name: string, found: string): Check => ({ area, name, status: 'ok', found }),
    warning: (name: string, found: string, fix: string): Check => ({ area, name, status: 'warning', found, fix }),
    failure: (name: string, found: string, fix: string): Check => ({ area, name, status: 'failure', found, fix }),
  }
}

const onlyFor: Readonly<Record<'local' | 'cloud', readonly Area[]>> = { local: ['sandbox', 'disk'], cloud: ['server'] }

/** Downgrades failures of the unused backend to warnings. */
export function forBackend(check: Check, backend: 'local' | 'cloud'): Check {
  const other = onlyFor[backend === 'local' ? 'cloud' : 'local']
  return check.status === 'failure' && other.includes(check.area) ? { ...check, status: 'warning' } : check
}
