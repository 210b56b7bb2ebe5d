import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import type { SessionRow } from './store.ts'

/** A session as its user sees it. */
export function presentSession(row: SessionRow, currentId: string): Complete<components['schemas']['Session']> {
  return {
    id: row.id,
    kind: row.kind,
    created_at: formatInstant(row.created_at),
    last_used_at: formatInstant(row.last_used_at),
    expires_at: formatInstant(row.expires_at),
    ip: row.address,
    user_agent: row.user_agent,
    current: row.id === currentId,
  }
}
