import { Outlet } from '@tanstack/react-router'

/** A narrow page without the shell. */
export function PlainLayout() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-110 flex-col px-4 py-12">
      <Outlet />
    </main>
  )
}
