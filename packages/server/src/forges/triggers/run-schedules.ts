import type pg from 'pg'
import { transaction } from '../../platform/database/transaction.ts'
import { nextTick } from './cron.ts'
import { lockDue, tick } from './schedules.ts'

const batch = 100

/** Has every pipeline built whose tick has come. Ticks that were missed, however many, are one. */
export async function runSchedules(pool: pg.Pool, now: Date): Promise<void> {
  let found: number
  do {
    found = await transaction(pool, async (client) => {
      const due = await lockDue(client, now, batch)
      for (const each of due) await tick(client, each, nextTick(each.cron, each.timezone, now))
      return due.length
    })
  } while (found === batch)
}
