/** How long what has ended is kept, and how long is waited for what does not go on (`engine.md` 8, "Reapers"). */
import { orForever } from './parse.ts'
import { setting } from './setting.ts'

const mostDays = 36_500

export const retentionSettings = {
  logRetentionDays: setting(
    'HARMONT_LOG_RETENTION_DAYS',
    orForever(1, mostDays),
    400,
    'how long logs are kept after their build ends, or `forever`; builds, jobs and their results are kept',
  ),
  sourceRetentionDays: setting(
    'HARMONT_SOURCE_RETENTION_DAYS',
    orForever(1, mostDays),
    30,
    'how long source archives are kept after their build ends, or `forever`; a build without its archive cannot be retried or rebuilt',
  ),
  abandonAfterHours: setting(
    'HARMONT_ABANDON_AFTER_HOURS',
    orForever(1, 24 * mostDays),
    72,
    'how long a build may be stalled while no runner takes any job, before it is abandoned, or `forever`',
  ),
} as const
