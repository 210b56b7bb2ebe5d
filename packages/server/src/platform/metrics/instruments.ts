/**
 * Counters and timers of this process. Label values are fixed words, or pools named by a runner
 * key, so users cannot increase their number.
 */

interface Instrument {
  readonly help: string
  readonly labels: readonly string[]
}

export const counters = {
  harmont_leases_total: {
    help: 'Leases given to runners, by where the files are that the job starts from: home, away or none',
    labels: ['files'],
  },
  harmont_leases_lost_total: { help: 'Leases that ended because nobody renewed them', labels: [] },
  harmont_refused_reports_total: {
    help: 'Refused reports of runners under a lease that they had lost',
    labels: [],
  },
  harmont_runner_refusals_total: {
    help: 'Refused requests of runners on other machines, by code: runner_superseded, runner_revoked and others',
    labels: ['code'],
  },
  harmont_layer_bytes_total: {
    help: 'Bytes of layers that this server stored for runners, or read for them',
    labels: ['way'],
  },
  harmont_notification_attempts_total: {
    help: 'Messages posted to webhooks and Slack, by outcome: sent, refused, down or gone',
    labels: ['outcome'],
  },
  harmont_notifications_failed_total: { help: 'Deliveries of notifications that were abandoned', labels: [] },
  harmont_blob_failures_total: { help: 'Calls to S3 that failed after all attempts', labels: ['operation'] },
} as const satisfies Readonly<Record<string, Instrument>>

export const durations = {
  harmont_job_wait_seconds: {
    help: 'Time from when a job was ready until a runner of the pool got it, with its waits at limits',
    labels: ['pool'],
  },
  harmont_lease_look_seconds: { help: 'Time of a search for work that found some', labels: [] },
  harmont_blob_call_seconds: { help: 'Time of a call to S3, including retries', labels: ['operation'] },
  harmont_database_wait_seconds: { help: 'Time that statements waited for a database connection', labels: [] },
} as const satisfies Readonly<Record<string, Instrument>>

export type CounterName = keyof typeof counters
export type DurationName = keyof typeof durations
export type Labels = Readonly<Record<string, string>>
