import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo } from 'react'
import { problemOf } from './problem.ts'

interface Submission {
  readonly isPending: boolean
  mutate(): void
}

/** Returns a form's submit handler, which runs the mutation unless it is already running. */
export function submitOnce(mutation: Submission, isReady = true): (event: FormEvent) => void {
  return (event) => {
    event.preventDefault()
    if (isReady && !mutation.isPending) mutation.mutate()
  }
}

/** Submits a form, one submission at a time. `problem` describes the last failure. */
export function useSubmit<Result>(send: () => Promise<Result>, isReady = true) {
  const mutation = useMutation({ mutationFn: send })
  const { data, error, isPending: isBusy } = mutation
  const problem = useMemo(() => (error === null ? null : problemOf(error)), [error])
  return { submit: submitOnce(mutation, isReady), isBusy, data, error, problem }
}
