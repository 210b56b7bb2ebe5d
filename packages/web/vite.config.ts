import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/**
 * Has functions compiled beside the main thread, while their file is downloaded, where else each is when it is first called: a fourth of what a cold page did
 * before it showed anything. Chromium knows it; for others it is a comment. It has to be the first line, before what Vite itself puts in front.
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

/** How the pages are built. `scripts/build-web.ts` runs it; the server serves what comes out. */
export default defineConfig({
  plugins: [react(), tailwind(), compiledAhead],
  build: {
    target: 'es2023',
    // `light-dark()` stays as it is: what stands in for it in older browsers follows the root only, and no element can ask for the other scheme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    manifest: true,
    // Nothing comes as a `data:` URL: the content security policy allows fonts and scripts from this origin only.
    assetsInlineLimit: 0,
    // Every browser that can show the app preloads modules by itself.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Six connections and a long way to the server: forty small files would be seven round trips, three are one.
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack)[\\/]/,
            },
            { name: 'parts', test: /node_modules[\\/]/, minShareCount: 3 },
            {
              name: 'shared',
              test: /packages[\\/]web[\\/]src[\\/](api|browser|design|frame|interaction|live|navigation|passkeys|text)[\\/]/,
              minShareCount: 3,
            },
          ],
        },
      },
    },
  },
})
