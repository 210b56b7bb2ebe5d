import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { newIdempotencyKey } from '../../api/idempotency.ts'
import { isPassing } from '../../api/query-client.ts'
import { toast } from '../../interaction/toasts.tsx'
import { createBuild, rebuild } from './queries.ts'
import type { StartRequest } from './start-request.ts'

/**
 * Starts builds of a pipeline. A double click or a repeated request creates one build. A person who
 * leaves before the response sees a toast; otherwise the build opens.
 */
export function useStartBuild(org: string, slug: string) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const intention = useRef<{ readonly text: string; readonly key: string } | null>(null)
  const isSending = useRef(false)
  const isHere = useRef(true)
  useEffect(() => {
    isHere.current = true
    return () => {
      isHere.current = false
    }
  }, [])

  const start = async (request: StartRequest) => {
    if (isSending.current) return
    isSending.current = true
    setBusy(true)
    setError(null)
    const text = JSON.stringify(request)
    if (intention.current?.text !== text) intention.current = { text, key: newIdempotencyKey() }
    const how = { org, slug, key: intention.current.key }
    try {
      const { number } = await (request.kind === 'create'
        ? createBuild(how, request.body)
        : rebuild(how, request.number, request.body))
      void client.invalidateQueries({ queryKey: ['newest-build', org, slug] })
      if (isHere.current)
        void navigate({ to: '/$org/pipelines/$slug/builds/$number', params: { org, slug, number: String(number) } })
      else toast(`Build #${number} of ${slug} has started`)
    } catch (thrown) {
      // A definite response ends its key, so that the same request later, for example after a
      // top-up, is a new request.
      if (!isPassing(thrown)) intention.current = null
      setError(thrown)
      if (!isHere.current) toast(`The build of ${slug} did not start`, { isProblem: true })
    } finally {
      isSending.current = false
      setBusy(false)
    }
  }
  return { start, isBusy, error }
}
