import { defineConfig } from 'vite'

/** Relative addresses, so that the pages work below any path prefix. Nothing is inlined: the policy of the pages forbids it. */
export default defineConfig({
  base: './',
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  server: {
    proxy: { '/api': 'http://localhost:15672' },
  },
})
