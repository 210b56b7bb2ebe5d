import type { Instant, Job } from './model.ts'

/** Returns a job to which nothing has happened yet. */
export function newJob(id: string, step: number | null, at: Instant): Job {
  return {
    id,
    step,
    attempt: 1,
    previousAttempt: null,
    state: 'pending',
    fence: 0,
    leaseId: null,
    runner: null,
    lost: 0,
    notBefore: null,
    createdAt: at,
    scheduledAt: null,
    assignedAt: null,
    startedAt: null,
    finishedAt: null,
    deadlineAt: null,
    killBy: null,
    exitCode: null,
    errorCode: null,
    errorMessage: null,
    skipReason: null,
    softFailed: false,
    cached: false,
    substitutedImage: null,
    snapshot: null,
    services: [],
    serviceSnapshots: {},
    phases: [],
  }
}
