import { Outlet, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useOrganization } from '../api/session.ts'
import { noteRecent } from '../browser/recent.ts'
import { OrganizationNotFound } from './organization-not-found.tsx'

/** Pages of one organization, for its members. */
export function OrganizationLayout() {
  const { org } = useParams({ from: '/signed-in/$org' })
  const isOurs = useOrganization(org) !== undefined
  useEffect(() => {
    if (isOurs) noteRecent('organizations', org)
  }, [isOurs, org])
  return isOurs ? <Outlet /> : <OrganizationNotFound slug={org} />
}
