import { Outlet } from '@tanstack/react-router'
import { Toasts } from '../interaction/toasts.tsx'

/** What is on every page. */
export function Root() {
  return (
    <>
      <Outlet />
      <Toasts />
    </>
  )
}
