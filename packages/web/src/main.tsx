import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/query-client.ts'
import { watchSession } from './api/session-tabs.ts'
import { firstPageReady } from './app/first-page.ts'
import { watchMissingChunks } from './app/missing-chunk.ts'
import { router } from './app/router.tsx'
import { onKeyDown } from './app/shortcuts.ts'
import { watchInput } from './app/unsent-input.ts'

// The scroll lock of dialogs writes a style element, which the page's policy allows with its nonce only.
setNonce(document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '')
watchInput()
watchMissingChunks()
watchSession()
document.addEventListener('keydown', onKeyDown)
const place = document.getElementById('app')
if (place === null) throw new Error('index.html has no element #app')
// Not awaited here: parts of the first page may import this file, and it would wait for itself.
void firstPageReady(router.load()).then(() =>
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  ),
)
