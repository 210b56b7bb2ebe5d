import { CloudError } from '@harmont/cloud'

/** The answer; null where the server has no such pipeline. */
export async function unlessNotFound<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof CloudError && error.code === 'pipeline_not_found') return null
    throw error
  }
}
