import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { usePaletteActions } from '../../interaction/palette-actions.ts'
import { chooseStart } from './choice.ts'

/** Offers the list of first steps in the palette, also when it was put away (web F3). */
export function useStartAction(org: string): void {
  const navigate = useNavigate()
  usePaletteActions(
    useMemo(() => {
      const run = () => {
        chooseStart(org, 'shown')
        void navigate({ to: '/$org/pipelines', params: { org } })
      }
      return [{ id: 'getting-started', title: 'Getting started', run }]
    }, [org, navigate]),
  )
}
