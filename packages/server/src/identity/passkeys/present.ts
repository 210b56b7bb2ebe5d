import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import type { PasskeyRow } from './store.ts'

/** A passkey as its owner sees it. */
export function presentPasskey(row: PasskeyRow): Complete<components['schemas']['Passkey']> {
  return {
    uuid: row.id,
    nickname: row.nickname,
    aaguid: row.aaguid,
    created_at: formatInstant(row.created_at),
    last_used_at: formatOptionalInstant(row.last_used_at),
  }
}
