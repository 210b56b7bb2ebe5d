import { Outlet } from '@tanstack/react-router'
import { Toasts } from './toast-list.tsx'

/** What is on every page. */
export function Root() {
  return (
    <>
      <Outlet />
      <Toasts />
    </>
  )
}
