import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo } from 'react'
import { problemOf } from './problem.ts'

/** Sends a form, once at a time. `problem` is that of the last try. */
export function useSubmit<Result>(send: () => Promise<Result>, isReady = true) {
  const { mutate, data, error, isPending: isBusy } = useMutation({ mutationFn: send })
  const problem = useMemo(() => (error === null ? null : problemOf(error)), [error])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isBusy && isReady) mutate()
  }
  return { submit, isBusy, data, error, problem }
}
