import { problemOf } from '../api/problem.ts'
import { toast } from './toast-store.ts'

/** For something that has no place of its own to say that it failed: a corner of the page says it. */
export function doOrTell(doing: Promise<unknown>): void {
  doing.catch((error: unknown) => toast(problemOf(error).message, { isProblem: true }))
}
