/**
 * Counters and timers of this process. Values of labels are words of the program, or pools that a
 * key of runners names: their number is bounded, whatever users do.
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
    help: 'Reports of runners under a lease that they had lost',
    labels: [],
  },
  harmont_runner_refusals_total: {
    help: 'Requests of runners elsewhere that were refused, by code: runner_superseded, runner_revoked and others',
    labels: ['code'],
  },
  harmont_layer_bytes_total: {
    help: 'Bytes of layers that this server stored for runners, or read for them',
    labels: ['way'],
  },
  harmont_notification_attempts_total: {
    help: 'Messages posted to webhooks and Slack, by what became of them: sent, refused, down or gone',
    labels: ['outcome'],
  },
  harmont_notifications_failed_total: { help: 'Deliveries of notifications that were abandoned', labels: [] },
  harmont_blob_failures_total: { help: 'Calls to S3 that failed after all tries', labels: ['operation'] },
} as const satisfies Readonly<Record<string, Instrument>>

export const durations = {
  harmont_job_wait_seconds: {
    help: 'Time from when a job was ready until a runner of the pool got it, with its waits at limits',
    labels: ['pool'],
  },
  harmont_lease_look_seconds: { help: 'Time of a look for work that found some', labels: [] },
  harmont_blob_call_seconds: { help: 'Time of a call to S3, with all its tries', labels: ['operation'] },
  harmont_database_wait_seconds: { help: 'Time that statements waited for a database connection', labels: [] },
} as const satisfies Readonly<Record<string, Instrument>>

export type CounterName = keyof typeof counters
export type DurationName = keyof typeof durations
export type Labels = Readonly<Record<string, string>>
