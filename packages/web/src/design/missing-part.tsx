import { Button } from './button.tsx'

/** The files of this page's version are gone, or did not come. */
export function MissingPart() {
  return (
    <section role="alert" className="mx-auto flex max-w-[72ch] flex-col items-start gap-3 px-4 py-8">
      <h2 className="text-16 font-semibold">Part of this page failed to load</h2>
      <p>The server may have been upgraded, or the connection was lost.</p>
      <Button onClick={() => location.reload()}>Reload</Button>
    </section>
  )
}

/** Whether what was thrown says that a file of code or looks could not be fetched; each browser words it in its own way. */
export function isMissingPart(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script failed|preload CSS/i.test(error.message)
}
