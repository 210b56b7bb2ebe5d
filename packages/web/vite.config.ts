import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/**
 * Compiles functions off the main thread while their file is downloaded. This saves a quarter of
 * the work before a cold page shows anything. Only Chromium supports this comment, which must be
 * the first line, before Vite's own code.
 */
const compiledAhead: Plugin = {
  name: 'compiled-ahead',
  generateBundle: {
    order: 'post',
    handler(_, files) {
      for (const file of Object.values(files))
        if (file.type === 'chunk') file.code = `//# allFunctionsCalledOnLoad\n${file.code}`
    },
  },
}

/** Builds the pages; `scripts/build-web.ts` runs it, and the server serves the result. */
export default defineConfig({
  plugins: [react(), tailwind(), compiledAhead],
  build: {
    target: 'es2023',
    // Keeps `light-dark()`, because its replacement for older browsers follows only the root's
    // scheme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    manifest: true,
    // Disables `data:` URLs, because the content security policy allows fonts and scripts from this
    // origin only.
    assetsInlineLimit: 0,
    // Every supported browser preloads modules natively.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Over six connections, forty small files take seven round trips, and three files take one.
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack)[\\/]/,
            },
            { name: 'parts', test: /node_modules[\\/]/, minShareCount: 3 },
            {
              name: 'shared',
              test: /packages[\\/](logs[\\/]src|web[\\/]src[\\/](api|browser|design|frame|interaction|live|navigation|passkeys|text))[\\/]/,
              minShareCount: 3,
            },
          ],
        },
      },
    },
  },
})
