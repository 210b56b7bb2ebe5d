import { type BuildAddress, type CloudClient, CloudError } from '@harmont/cloud'
import { MAX_FAILURES, testTitle } from '@harmont/logs'
import type { Tests } from '../view/run-model.ts'

/**
 * Returns the event for a job's tests on the server; nothing without tests, or if the server does
 * not read reports.
 */
export async function serverTests(
  client: CloudClient,
  job: BuildAddress & { readonly job: string },
  step_id: string,
  signal: AbortSignal,
): Promise<readonly Tests[]> {
  try {
    const { data, counts } = await client.listBuildTests({ ...job, state: 'failed', limit: MAX_FAILURES }, { signal })
    const { passed, failed, skipped, errored } = counts
    if (passed + failed + skipped + errored === 0) return []
    const failures = data.map((test) => {
      const { file = null, line = null, message = null } = test
      return { name: testTitle(test), file, line, message }
    })
    return [{ kind: 'tests', step_id, passed, failed: failed + errored, skipped, failures }]
  } catch (error) {
    if (error instanceof CloudError && error.isUnknownOperation) return []
    throw error
  }
}
