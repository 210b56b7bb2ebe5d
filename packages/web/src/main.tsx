import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { dropPageAnswers } from './api/page-answers.ts'
import { queryClient } from './api/query-client.ts'
import { watchSession } from './api/session-tabs.ts'
import { watchInput, watchMissingChunks } from './browser/missing-chunk.ts'
import { tellWindow } from './browser/screen.ts'
// Imported here, because the server draws the log before its code is loaded.
import './log/log.css'
import { onKeyDown } from './interaction/shortcuts.ts'
import { firstPageReady } from './routes/first-page.ts'
import { App, createAppRouter } from './routes/router.tsx'

// The scroll lock of dialogs adds a style element, which the content security policy allows only
// with its nonce.
setNonce(document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '')
watchInput()
watchMissingChunks()
watchSession()
tellWindow()
document.addEventListener('keydown', onKeyDown)
const place = document.getElementById('app')
if (place === null) throw new Error('index.html has no element #app')
const router = createAppRouter(queryClient)
// Not awaited, because modules of the first page may import this file and would wait for
// themselves.
void firstPageReady(router.load()).then(() => {
  dropPageAnswers()
  createRoot(place).render(
    <StrictMode>
      <App router={router} />
    </StrictMode>,
  )
})
