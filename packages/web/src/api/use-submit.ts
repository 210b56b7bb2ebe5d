import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo } from 'react'
import { problemOf } from './problem.ts'

interface Submission {
  readonly isPending: boolean
  mutate(): void
}

/** Returns the handler of a form that runs a mutation, unless it runs already. */
export function submitOnce(mutation: Submission, isReady = true): (event: FormEvent) => void {
  return (event) => {
    event.preventDefault()
    if (isReady && !mutation.isPending) mutation.mutate()
  }
}

/** Sends a form, once at a time. `problem` is that of the last try. */
export function useSubmit<Result>(send: () => Promise<Result>, isReady = true) {
  const mutation = useMutation({ mutationFn: send })
  const { data, error, isPending: isBusy } = mutation
  const problem = useMemo(() => (error === null ? null : problemOf(error)), [error])
  return { submit: submitOnce(mutation, isReady), isBusy, data, error, problem }
}
