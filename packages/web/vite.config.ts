import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/**
 * Compiles functions beside the main thread while their file is downloaded, which saves a quarter
 * of the work before a cold page shows anything. Only Chromium knows this comment, which must be
 * the first line, before Vite's own.
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

/** The build of the pages, which `scripts/build-web.ts` runs and the server serves. */
export default defineConfig({
  plugins: [react(), tailwind(), compiledAhead],
  build: {
    target: 'es2023',
    // Keeps `light-dark()`: its replacement for older browsers follows only the root's scheme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    manifest: true,
    // No `data:` URLs: the content security policy allows fonts and scripts from this origin only.
    assetsInlineLimit: 0,
    // Every supported browser preloads modules by itself.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Over six connections forty small files take seven round trips, three take one.
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
