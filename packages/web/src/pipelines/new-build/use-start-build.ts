import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Intention } from '../../api/idempotency.ts'
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
  const [intention] = useState(() => new Intention())
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
    try {
      const { number } = await intention.send(request, (key) =>
        request.kind === 'create'
          ? createBuild({ org, slug, key }, request.body)
          : rebuild({ org, slug, key }, request.number, request.body),
      )
      void client.invalidateQueries({ queryKey: ['newest-build', org, slug] })
      // Stays busy until the build is open, because another click would start another build.
      if (isHere.current)
        void navigate({ to: '/$org/pipelines/$slug/builds/$number', params: { org, slug, number: String(number) } })
      else toast(`Build #${number} of ${slug} has started`)
    } catch (thrown) {
      isSending.current = false
      setBusy(false)
      setError(thrown)
      if (!isHere.current) toast(`The build of ${slug} did not start`, { isProblem: true })
    }
  }
  return { start, isBusy, error }
}
