/** How long what has ended is kept, and how long is waited for what does not go on (`engine.md` 8, "Reapers"). */
import { orForever } from './parse.ts'
import { setting } from './setting.ts'

const mostDays = 36_500

export const retentionSettings = {
  logRetentionDays: setting(
    'HARMONT_LOG_RETENTION_DAYS',
    orForever(1, mostDays),
    400,
    'how long logs are kept after the end of their build, or `forever`; builds, jobs and their results stay',
  ),
  sourceRetentionDays: setting(
    'HARMONT_SOURCE_RETENTION_DAYS',
    orForever(1, mostDays),
    30,
    'how long the source archives of builds are kept after their end, or `forever`; without it a build is not retried or rebuilt',
  ),
  abandonAfterHours: setting(
    'HARMONT_ABANDON_AFTER_HOURS',
    orForever(1, 24 * mostDays),
    72,
    'how long a build may stand still while no runner takes anything, before it is given up, or `forever`',
  ),
} as const
