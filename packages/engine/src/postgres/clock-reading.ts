/** Holds what a starting server finds about the time, all in milliseconds. */
export interface FoundTime {
  readonly wallMs: number
  readonly bootMs: number
  /** When the boot clock showed `bootMs`, give or take `unsureMs`. */
  readonly databaseMs: number
  readonly unsureMs: number
  /** Starting point of an earlier server of this boot; null for none. */
  readonly ownAheadMs: number | null
  /** How far the other servers that work are ahead of the database's clock; null when there is none. */
  readonly fleetAheadMs: number | null
}

/**
 * Returns what a server counts from, as its boot clock's zero: what the servers that work now do; without them what one on this machine did, whatever
 * anybody set meanwhile; else the database's time.
 */
export function startingPoint(found: FoundTime): number {
  const { wallMs, bootMs, databaseMs, unsureMs, ownAheadMs, fleetAheadMs } = found
  if (fleetAheadMs === null && ownAheadMs !== null) return ownAheadMs
  const at = databaseMs + (fleetAheadMs ?? 0)
  // One machine's clock is read better than the way to the database allows.
  return (Math.abs(wallMs - at) <= unsureMs ? wallMs : at) - bootMs
}

/** Returns how wrong a clock is for certain when it should show `right`, give or take `unsureMs`. */
export function errorOf(shown: number, right: number, unsureMs: number): number {
  const error = right - shown
  return Math.sign(error) * Math.max(0, Math.abs(error) - unsureMs)
}
