/** What the balance means for the days to come (web U1). */
export interface Forecast {
  readonly sentence: string
  readonly warns: boolean
}

/** From the balance and what the last `days` days cost, in cents. */
export function forecast(balanceCents: number, spentCents: number, days: number): Forecast {
  if (balanceCents <= 0) return { sentence: 'Builds do not start until you top up.', warns: true }
  const aDay = spentCents / days
  if (aDay <= 0) return { sentence: 'No recent spending.', warns: false }
  const left = balanceCents / aDay
  if (left < 1) return { sentence: 'Less than a day at this rate.', warns: true }
  if (left > 365) return { sentence: 'More than a year at this rate.', warns: false }
  const whole = Math.floor(left)
  return { sentence: `About ${whole} ${whole === 1 ? 'day' : 'days'} at this rate.`, warns: whole <= 3 }
}
